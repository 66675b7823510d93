import type { PanelCalls, PanelEvents, RunUpdate } from '../../src/protocol/panel';
import type { RunState, TaskName } from '../../src/protocol/run';
import type { Argument, CallMessage, CallName, ReplyMessage, Result } from '../../src/protocol/worker';
import type { Platform } from '../platform';
import { framesSample } from './fixture-frames';
import { metricsBetween, pointAt } from './fixture-metrics';
import { probeAt } from './fixture-probe';
import { folder, progressAt, recordOf, sampleEvery, snapshotAt } from './fixture-run';
import {
  classifySample,
  forecastSample,
  languageSample,
  sampleAt,
  speechSample,
  translateSample,
} from './fixture-samples';

export interface FakeHostOptions {
  readonly task: TaskName;
  readonly state: RunState | 'empty' | 'gone' | 'unreachable';
  readonly step: number;
  readonly steps: number;
  /** A step a millisecond count; 0: nothing streams by itself. */
  readonly interval: number;
}

type Answers = { readonly [N in CallName<PanelCalls>]: (argument: Argument<PanelCalls, N>) => Result<PanelCalls, N> };

/** Answers the panel's calls with made-up numbers, and streams more while the run is running. */
export class FakeHost implements Platform {
  readonly calls: CallMessage[] = [];
  #receive: (message: ReplyMessage) => void = () => {};
  readonly #options: FakeHostOptions;
  #state: RunState;
  #step: number;
  #steps: number;
  #opened = false;

  constructor(options: FakeHostOptions) {
    this.#options = options;
    this.#state =
      options.state === 'empty' || options.state === 'gone' || options.state === 'unreachable'
        ? 'stopped'
        : options.state;
    this.#step = options.step;
    this.#steps = options.steps;
    if (options.interval > 0)
      setInterval(() => this.#opened && this.#state === 'running' && this.advance(1), options.interval);
  }

  readonly port = {
    send: (message: CallMessage) => {
      this.calls.push(message);
      queueMicrotask(() => this.#answer(message));
    },
    listen: (receive: (message: ReplyMessage) => void) => {
      this.#receive = receive;
      return () => {};
    },
  };

  getState(): unknown {
    return JSON.parse(sessionStorage.getItem('state') ?? 'null') ?? undefined;
  }

  setState(state: unknown): void {
    sessionStorage.setItem('state', JSON.stringify(state));
  }

  tell<N extends keyof PanelEvents>(event: N, value: PanelEvents[N]): void {
    this.#receive(asSent({ event, value }));
  }

  /** Trains on: one update with this many steps, and the samples and the probe that fall into them. */
  advance(steps: number): void {
    const { task } = this.#options;
    const first = this.#step + 1;
    this.#step = Math.min(this.#steps, this.#step + steps);
    const samples = [];
    for (let s = first; s <= this.#step; s++) if (s % sampleEvery === 0) samples.push(sampleAt(task, s));
    if (this.#step === this.#steps) this.#state = 'finished';
    const update: RunUpdate = {
      folder,
      run: recordOf(task, this.#step, this.#steps, this.#state),
      metrics: metricsBetween(task, first, this.#step),
      last: pointAt(task, this.#step),
      progress: progressAt(task, this.#step, this.#steps),
      ...(samples.length > 0 ? { samples, probe: probeAt(task, this.#step) } : {}),
    };
    this.tell('update', update);
  }

  #become(state: RunState): void {
    this.#state = state;
    this.tell('update', { folder, run: recordOf(this.#options.task, this.#step, this.#steps, state) });
  }

  readonly #answers: Answers = {
    open: () => {
      const { state, task } = this.#options;
      if (state === 'unreachable') throw new Error('the worker does not answer');
      if (state === 'gone') {
        setTimeout(() =>
          this.tell('gone', {
            folder,
            error: { what: 'This run was deleted', where: folder, wayOut: 'Open another run, or train a new one.' },
          }),
        );
      }
      this.#opened = true;
      return state === 'empty' ? undefined : snapshotAt(task, this.#step, this.#steps, this.#state);
    },
    pause: () => this.#become('paused'),
    unpause: () => this.#become('running'),
    stop: () => this.#become('stopped'),
    resume: ({ steps }) => {
      this.#steps = steps ?? Math.max(this.#steps, this.#step + 300);
      this.#become('running');
    },
    sample: ({ request }) =>
      ({
        language: () => languageSample(this.#step, request.prompt ?? '', request.seed ?? 1),
        forecast: () => forecastSample(this.#step, request.length ?? 48),
        classify: () => classifySample(this.#step, request.prompt),
        translate: () => translateSample(this.#step, request.prompt),
        speech: () => speechSample(this.#step, request.audio),
        frames: () => framesSample(this.#step, request.length),
      })[this.#options.task](),
    probe: ({ input }) => probeAt(this.#options.task, this.#step, input),
    chooseFile: () => '/recordings/my-own.wav',
    command: () => undefined,
  };

  #answer({ id, call, argument }: CallMessage): void {
    try {
      const answer = this.#answers[call as CallName<PanelCalls>] as (argument: unknown) => unknown;
      this.#receive(asSent({ id, result: answer(argument) }));
    } catch (error) {
      this.#receive({ id, error: { bug: { message: error instanceof Error ? error.message : String(error) } } });
    }
  }
}

/** As VS Code sends messages: JSON, in which NaN and infinities become null, with typed arrays carried beside it. */
function asSent<T>(message: T): T {
  const carried: ArrayBufferView[] = [];
  const json = JSON.stringify(message, (_, value: unknown) =>
    ArrayBuffer.isView(value) ? { carried: carried.push((value as Float64Array).slice()) - 1 } : value,
  );
  return JSON.parse(json, (_, value: unknown) =>
    typeof value === 'object' && value !== null && 'carried' in value ? carried[Number(value.carried)] : value,
  ) as T;
}
