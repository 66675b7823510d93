import { duration } from '../base/duration';
import { excerpt, visible } from '../base/visible';
import type { DatasetReport } from '../protocol/dataset';
import type { ClassifiedItem, ForecastSample, MetricsPoint, Sample } from '../protocol/run';

/** How a training is told to a person in a terminal: one line that changes, and lines that stay. */
export class Progress {
  private shown = '';

  constructor(
    private readonly out: NodeJS.WriteStream,
    private readonly steps: () => number,
  ) {}

  dataset({ name, task, why, text, table, classes, split, baselines, warnings, alternatives }: DatasetReport): void {
    this.say(`${visible(name)}: ${task} (${visible(why)})`);
    const [other] = alternatives;
    if (other) this.say(`  or: --task ${other.task} (${visible(other.why)})`);
    // One entry of the vocabulary stands for all that the training part does not hold.
    if (text) this.say(`  ${text.tokenCount} ${text.tokens}, ${text.vocabularySize - 1} distinct, ${text.encoding}`);
    if (table) {
      const date = table.date === undefined ? '' : `, dates in ${visible(table.date)}`;
      const inputs = table.inputs.slice(0, 8).map((input) => visible(input));
      const more = table.inputs.length > inputs.length ? ` and ${table.inputs.length - inputs.length} more` : '';
      const what = task === 'forecast' ? 'forecast' : 'predict';
      this.say(`  ${table.rows} rows, ${what} ${visible(table.target)} from ${inputs.join(', ')}${more}${date}`);
    }
    if (classes) {
      const shown = classes.slice(0, 8).map(({ name: own, training }) => `${excerpt(own)} (${training})`);
      this.say(`  ${classes.length} classes: ${shown.join(', ')}${classes.length > shown.length ? ', …' : ''}`);
    }
    this.say(`  ${split.training} to train, ${split.validation} to validate`);
    for (const warning of warnings) this.say(`  note: ${visible(warning)}`);
    for (const { name: baseline, loss } of baselines)
      this.say(`  ${baseline} reaches a validation loss of ${loss.toFixed(4)}`);
  }

  metrics(point: MetricsPoint): void {
    const steps = this.steps();
    const left = point.stepsPerSecond > 0 ? (steps - point.step) / point.stepsPerSecond : Number.NaN;
    const done = Math.round((20 * point.step) / steps);
    const bar = `${'█'.repeat(done)}${'░'.repeat(20 - done)}`;
    this.show(
      `${bar} ${point.step}/${steps}  loss ${point.loss.toFixed(4)}  ${point.stepsPerSecond.toFixed(1)} steps/s  ${duration(left)} left`,
    );
    if (point.validationLoss === undefined) return;
    const scores = scoresText(point);
    this.say(
      `step ${point.step}  loss ${point.loss.toFixed(4)}  validation ${point.validationLoss.toFixed(4)}${scores}`,
    );
  }

  sample(sample: Sample): void {
    if (sample.task === 'language') this.say(`  ${excerpt(sample.text, 100)}`);
    else if (sample.task === 'forecast') this.say(pictures(sample).join('\n'));
    else for (const item of sample.items.slice(0, 2)) this.say(`  ${classifiedText(item)}`);
  }

  /** A line that stays. */
  say(line: string): void {
    const again = this.shown;
    this.show('');
    this.out.write(`${line}\n`);
    this.show(again);
  }

  /** The line that changes; only where the output is a terminal. */
  private show(line: string): void {
    if (!this.out.isTTY) return;
    // A terminal that does not know its width says 0.
    const room = Math.max(20, (this.out.columns || 80) - 1);
    this.out.write(`\r\u001b[K${line.slice(0, room)}`);
    this.shown = line;
  }

  end(): void {
    this.show('');
  }
}

function scoresText({ validationError, classification, score }: MetricsPoint): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  if (validationError) {
    return `  RMSE ${validationError.rmse.toPrecision(4)} (last value ${validationError.lastValue.rmse.toPrecision(4)})`;
  }
  if (classification) {
    const { accuracy, macroF1, mostFrequent } = classification;
    return `  accuracy ${percent(accuracy)} (most frequent class ${percent(mostFrequent)}), macro F1 ${macroF1.toFixed(3)}`;
  }
  return score ? `  RMSE ${score.rmse.toPrecision(4)} (the mean ${score.average.rmse.toPrecision(4)})` : '';
}

/** The prediction, then the tokens with those in brackets that speak most for it. */
function classifiedText(
  { tokens, contributions, prediction, probabilities, truth }: ClassifiedItem,
  longest = 24,
): string {
  const most = Math.max(...contributions.map(Math.abs));
  const words = tokens.slice(0, longest).map((token, at) => {
    const shown = excerpt(token, 24);
    return most > 0 && (contributions[at] ?? 0) > 0.5 * most ? `[${shown}]` : shown;
  });
  const sure = probabilities.length > 0 ? ` ${Math.round(100 * Math.max(...probabilities))} %` : '';
  const wrong = truth === undefined || truth === prediction ? '' : ` (truth: ${excerpt(truth)})`;
  return `${excerpt(prediction)}${sure}${wrong}: ${words.join(' ')}${tokens.length > longest ? ' …' : ''}`;
}

/** A sample for a terminal: control characters of the dataset are shown, not sent. */
export function sampleText(sample: Sample): string {
  if (sample.task === 'language') return `${visible(sample.prompt, '\n\t')}${visible(sample.text, '\n\t')}`;
  if (sample.task === 'classify') return sample.items.map((item) => classifiedText(item, 200)).join('\n');
  const first = sample.history.length;
  const rows = sample.forecast.map((value, row) => {
    const label = sample.times?.[first + row] ?? `+${row + 1}`;
    const truth = sample.truth[row];
    return `  ${visible(label).padEnd(12)} ${value.toPrecision(6).padStart(12)}${truth === undefined ? '' : `   truth ${truth.toPrecision(6)}`}`;
  });
  return [`Forecast of ${visible(sample.target)}`, ...rows].join('\n');
}

/** Forecast and truth as two lines of blocks on one scale. */
function pictures({ history, forecast, truth }: ForecastSample): string[] {
  const past = history.slice(-Math.max(8, Math.min(24, 72 - forecast.length)));
  const all = [...past, ...forecast, ...truth];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const blocks = (values: readonly number[]) =>
    values.map((value) => '▁▂▃▄▅▆▇█'[Math.round((7 * (value - low)) / (high - low || 1))] ?? ' ').join('');
  const indent = `  ${blocks(past)}`;
  return [`${indent}│${blocks(forecast)} forecast`, ...(truth.length > 0 ? [`${indent}│${blocks(truth)} truth`] : [])];
}
