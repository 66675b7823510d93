import { UserError } from '../base/user-error';
import type { WireError } from '../protocol/errors';
import type { Argument, Outcome, Result, WorkerCalls } from '../protocol/worker';
import { renameRun } from '../runs';
import { readDataset } from '../tasks';
import { measureSteps } from '../training/bench';
import { type Begun, beginRun, type Emit, resumeRun } from './beginning';
import { chosenCell } from './cell';
import { checkCell, listCells } from './check';
import { engineRoof, startEngine } from './engine';
import { exportModel } from './exported';
import { Session } from './session';
import { probeRun, sampleRun } from './trained';

type Answers = {
  readonly [N in keyof WorkerCalls]: (argument: Argument<WorkerCalls, N>) => Promise<Result<WorkerCalls, N>>;
};

/** What a worker answers. It holds at most one training, and serves finished runs beside it. */
export function answers(emit: Emit): Answers {
  let beginning = false;
  let session: Session | undefined;
  /** A stop that came while the dataset was still read. */
  let stopWish: { readonly forNow: boolean } | undefined;

  const train = async (begin: () => Promise<Begun>): Promise<Outcome> => {
    if (beginning || session) throw new Error('This worker trains already');
    beginning = true;
    try {
      session = new Session(await begin(), emit);
      if (stopWish) session.stop(stopWish.forNow);
      return await session.run();
    } finally {
      beginning = false;
      session = undefined;
      stopWish = undefined;
    }
  };
  const own = (folder: string) => (session?.folder === folder ? session : undefined);
  const training = (folder: string) => (own(folder)?.isTraining ? session : undefined);

  return {
    async inspect({ source, reading, validationShare, testShare }) {
      return (await readDataset(source, { reading, training: { validationShare, testShare } })).report;
    },
    train: (request) => train(() => beginRun(request, emit)),
    resume: (request) => train(() => resumeRun(request, emit)),
    async pause() {
      await session?.pause();
    },
    async unpause() {
      await session?.unpause();
    },
    async stop({ forNow = false }) {
      if (beginning) stopWish = { forNow };
      session?.stop(forNow);
    },
    async sample({ folder, request }) {
      await startEngine();
      return training(folder)?.sample(request) ?? sampleRun(folder, request);
    },
    async probe({ folder, input }) {
      await startEngine();
      return training(folder)?.probe(input) ?? probeRun(folder, input);
    },
    async rename({ folder, name }) {
      await (own(folder)?.rename(name) ?? renameRun(folder, name));
    },
    async bench({ cell: choice, sizes, engine: wanted, seconds }) {
      const engine = await startEngine({ backend: 'auto', ...wanted });
      const { cell } = await chosenCell(choice);
      const times = await measureSteps(cell, sizes, seconds, () => performance.now());
      return { engine, times, roof: engineRoof() };
    },
    async cells(sizes) {
      return listCells(sizes);
    },
    checkCell,
    exportModel,
  };
}

/** An error as it crosses a thread. */
export function toWire(error: unknown): WireError {
  if (error instanceof UserError) return { user: error.toData() };
  return { bug: error instanceof Error ? { message: error.message, stack: error.stack } : { message: String(error) } };
}
