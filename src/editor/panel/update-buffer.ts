import type { Progress, RunSnapshot, RunUpdate } from '../../protocol/panel';
import type { MetricsPoint, Probe, RunRecord, Sample } from '../../protocol/run';
import { progressOf } from '../progress-text';
import type { Told } from '../training';
import { columnsOf } from './columns';

/** Collects what a run tells between two frames into one update: every point and sample, the last of all else. */
export class UpdateBuffer {
  private run: RunRecord | undefined;
  private metrics: MetricsPoint[] = [];
  private samples: Sample[] = [];
  private probe: Probe | undefined;
  private steps: number | undefined;

  constructor(private readonly folder: string) {}

  get empty(): boolean {
    return !this.run && !this.probe && this.metrics.length === 0 && this.samples.length === 0;
  }

  /** Whether the event changes anything a view shows. */
  add(told: Told): boolean {
    switch (told.name) {
      case 'run':
        this.run = told.value;
        this.steps = told.value.configuration.training.steps;
        return true;
      case 'metrics':
        this.metrics.push(told.value);
        return true;
      case 'sample':
        this.samples.push(told.value);
        return true;
      case 'probe':
        this.probe = told.value;
        return true;
      default:
        return false;
    }
  }

  /** Drops what the page gets with this snapshot, which was read while events were collected. */
  startAfter({ run, metrics, samples, probe }: RunSnapshot): void {
    this.steps ??= run.configuration.training.steps;
    const lastStep = metrics.step.at(-1) ?? -1;
    this.metrics = this.metrics.filter(({ step }) => step > lastStep);
    const known = new Set(samples.map((sample) => JSON.stringify(sample)));
    this.samples = this.samples.filter((sample) => !known.has(JSON.stringify(sample)));
    if (this.probe && probe && this.probe.step <= probe.step) {
      this.probe = undefined;
    }
  }

  /** What was collected, once; undefined when there is nothing. */
  take(): RunUpdate | undefined {
    if (this.empty) {
      return undefined;
    }
    const last = this.metrics.at(-1);
    const validated = this.metrics.findLast(({ validationLoss }) => validationLoss !== undefined);
    const progress: Progress | undefined = last && this.steps !== undefined ? progressOf(last, this.steps) : undefined;
    const update: RunUpdate = {
      folder: this.folder,
      ...(this.run && { run: this.run }),
      ...(last && { metrics: columnsOf(this.metrics), last }),
      ...(validated && { validated }),
      ...(this.samples.length > 0 && { samples: this.samples }),
      ...(this.probe && { probe: this.probe }),
      ...(progress && { progress }),
    };
    this.run = undefined;
    this.metrics = [];
    this.samples = [];
    this.probe = undefined;
    return update;
  }
}
