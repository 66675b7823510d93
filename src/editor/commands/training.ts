import { basename } from 'node:path';
import * as vscode from 'vscode';
import { visible } from '../../base/visible';
import type { RunChoices } from '../../configuration/run';
import { tellEnding } from '../endings';
import { chooseEngine } from '../flow/choose-engine';
import { ask, back } from '../flow/quick-input';
import type { Studio } from '../studio';
import type { Order, Training, TrainingState } from '../training';
import { standingText } from '../training-progress';
import { showWhenReady } from './train';

/** The training that a command is about: the run's, or the only one that suits, or the one that the person chooses. */
async function chooseTraining(
  { trainings }: Studio,
  folder: string | undefined,
  title: string,
  states: readonly TrainingState[],
): Promise<Training | undefined> {
  const suiting = trainings.all.filter(({ state }) => states.includes(state));
  if (folder !== undefined) {
    return suiting.find((training) => training.folder === folder);
  }
  if (suiting.length < 2) {
    return suiting[0];
  }
  const items = suiting.map((training) => ({
    label: visible(training.title),
    description: standingText(training),
    training,
  }));
  return (await vscode.window.showQuickPick(items, { title, placeHolder: 'Choose a training' }))?.training;
}

export async function pause(studio: Studio, folder: string | undefined): Promise<void> {
  await (await chooseTraining(studio, folder, 'Pause', ['running']))?.pause();
}

export async function unpause(studio: Studio, folder: string | undefined): Promise<void> {
  await (await chooseTraining(studio, folder, 'Resume', ['paused']))?.unpause();
}

export async function stop(studio: Studio, folder: string | undefined): Promise<void> {
  await (await chooseTraining(studio, folder, 'Stop', ['starting', 'running', 'paused']))?.stop();
}

/** What can be done with a training, in a list: for the status bar. */
export async function control(studio: Studio, folder: string | undefined): Promise<void> {
  const training = await chooseTraining(studio, folder, 'Control training', ['starting', 'running', 'paused']);
  if (!training) {
    return;
  }
  const actions = [
    ...(training.state === 'running' ? [{ label: '$(debug-pause) Pause', run: () => training.pause() }] : []),
    ...(training.state === 'paused' ? [{ label: '$(debug-continue) Resume', run: () => training.unpause() }] : []),
    { label: '$(graph-line) Show panel', run: () => studio.hosts.reveal(training.folder, false) },
    {
      label: '$(debug-stop) Stop',
      description: 'saves a checkpoint; the run can be continued',
      run: () => training.stop(),
    },
  ];
  const title = `${visible(training.title)}: ${standingText(training)}`;
  await (await vscode.window.showQuickPick(actions, { title }))?.run();
}

/** Goes on as `continueRun` does, with an engine that the person chooses. */
export async function continueRunOn(studio: Studio, folder: string): Promise<void> {
  const { record } = studio.list.of(folder) ?? {};
  const now = record?.configuration.engine.backend ?? 'auto';
  const title = record ? `Continue ${visible(record.name)}` : 'Continue run';
  const frame = { title, canGoBack: false, placeholder: 'Which engine is to compute from now on?' };
  const backend = await chooseEngine(frame, now, studio.native);
  if (backend !== undefined && backend !== back) {
    await continueRun(studio, folder, undefined, { backend });
  }
}

/** Goes on from the last checkpoint; a run that reached its steps is asked for more. */
export async function continueRun(
  studio: Studio,
  folder: string,
  steps: number | undefined,
  engine?: RunChoices['engine'],
): Promise<void> {
  const entry = studio.list.of(folder);
  const total = entry?.record.configuration.training.steps;
  let goal = steps;
  if (goal === undefined && entry?.record.state === 'finished' && total !== undefined) {
    const frame = { title: `Continue ${visible(entry.record.name)}`, canGoBack: false };
    const answer = await ask(frame, String(2 * total), `Train until which step? It has made ${total}.`, (text) =>
      Number.isInteger(Number(text)) && Number(text) > total ? undefined : `A whole number above ${total}`,
    );
    if (answer === undefined || answer === back) {
      return;
    }
    goal = Number(answer);
  }
  resumeTraining(studio, folder, { steps: goal, engine }, true);
}

/** @param show whether the panel opens */
export function resumeTraining(
  studio: Studio,
  folder: string,
  change: Pick<Extract<Order, { kind: 'resume' }>, 'steps' | 'engine'>,
  show: boolean,
): void {
  const training = studio.trainings.begin({
    kind: 'resume',
    folder,
    name: studio.list.of(folder)?.record.name ?? basename(folder),
    ...change,
  });
  if (show) {
    showWhenReady(studio, training);
  }
  const retry = ({ engine }: RunChoices) =>
    resumeTraining(studio, folder, { ...change, engine: { ...change.engine, ...engine } }, show);
  void training.ended.then((ending) => tellEnding(studio, training, ending, { retry, changes: ['engine'] }));
}
