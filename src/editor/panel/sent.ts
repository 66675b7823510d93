import type { MetricsColumns, RunSnapshot, RunUpdate } from '../../protocol/panel';

/** How much of a run a page has been sent, to tell it only the rest. */
export class Sent {
  private step: number;
  private samples: number;
  private probeStep: number | undefined;

  constructor(snapshot: RunSnapshot) {
    this.step = snapshot.metrics.step.at(-1) ?? -1;
    this.samples = snapshot.samples.length;
    this.probeStep = snapshot.probe?.step;
  }

  add(update: RunUpdate): void {
    this.step = update.last?.step ?? this.step;
    this.samples += update.samples?.length ?? 0;
    this.probeStep = update.probe?.step ?? this.probeStep;
  }

  /** What a later snapshot of the same run has more. */
  news(snapshot: RunSnapshot): RunUpdate {
    const { folder, run, last, validated, samples, probe, progress } = snapshot;
    const first = snapshot.metrics.step.findIndex((step) => step > this.step);
    const update: RunUpdate = {
      folder,
      run,
      ...(first >= 0 && last && { metrics: from(snapshot.metrics, first), last }),
      ...(first >= 0 && validated && { validated }),
      ...(samples.length > this.samples && { samples: samples.slice(this.samples) }),
      ...(probe && probe.step !== this.probeStep && { probe }),
      ...(progress && { progress }),
    };
    this.add(update);
    return update;
  }
}

function from({ step, loss, validationLoss, gradientNorm }: MetricsColumns, first: number): MetricsColumns {
  return {
    step: step.slice(first),
    loss: loss.slice(first),
    validationLoss: validationLoss.slice(first),
    gradientNorm: gradientNorm.slice(first),
  };
}
