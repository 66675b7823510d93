import { duration } from '../base/duration';
import { excerpt, visible } from '../base/visible';
import type { DatasetReport } from '../protocol/dataset';
import type { MetricsPoint, Sample, ValidationScores } from '../protocol/run';
import { samplesOf } from '../samples';
import { unitName } from '../samples/language';

/** How a training is told to a person in a terminal: one line that changes, and lines that stay. */
export class Progress {
  private shown = '';

  constructor(
    private readonly out: NodeJS.WriteStream,
    private readonly steps: () => number,
  ) {}

  dataset({
    name,
    task,
    why,
    text,
    table,
    audio,
    video,
    classes,
    split,
    baselines,
    warnings,
    alternatives,
  }: DatasetReport): void {
    this.say(`${visible(name)}: ${task} (${visible(why)})`);
    const [other] = alternatives;
    if (other) this.say(`  or: --task ${other.task} (${visible(other.why)})`);
    // One entry of the vocabulary stands for all that the training part does not hold.
    if (text)
      this.say(`  ${text.tokenCount} ${unitName[text.tokens]}, ${text.vocabularySize - 1} distinct, ${text.encoding}`);
    if (table) {
      const date = table.date === undefined ? '' : `, dates in ${visible(table.date)}`;
      const inputs = table.inputs.slice(0, 8).map((input) => visible(input));
      const more = table.inputs.length > inputs.length ? ` and ${table.inputs.length - inputs.length} more` : '';
      const what = {
        forecast: 'forecast',
        classify: 'predict',
        translate: 'write',
        language: '',
        speech: 'transcribe',
        frames: '',
      }[task];
      const stacked = table.series
        ? ` of ${table.series.count} series by ${table.series.columns.map((column) => visible(column)).join(' and ')}`
        : '';
      this.say(
        `  ${table.rows} rows${stacked}, ${what} ${visible(table.target)} from ${inputs.join(', ')}${more}${date}`,
      );
    }
    if (audio) {
      const { recordings, seconds, rate, speakers, transcripts, vocabulary } = audio;
      const who = speakers > 0 ? `, ${speakers} speakers, whole ones held out` : '';
      this.say(
        `  ${recordings} recordings, ${(seconds / 60).toFixed(1)} minutes at ${rate} Hz, ${transcripts} transcripts of ${vocabulary.length} characters${who}`,
      );
    }
    if (video) {
      const clips = video.clips === 1 ? '' : ` in ${video.clips} clips`;
      const colours = video.channels === 1 ? 'shades of grey' : 'colours';
      this.say(
        `  ${visible(video.format)}: ${video.frames} frames${clips}, ${video.height} × ${video.width} pixels in ${colours}`,
      );
    }
    if (classes) {
      const shown = classes.slice(0, 8).map(({ name: own, training }) => `${excerpt(own)} (${training})`);
      this.say(`  ${classes.length} classes: ${shown.join(', ')}${classes.length > shown.length ? ', …' : ''}`);
    }
    const tested = split.test === undefined ? '' : `, ${split.test} to test`;
    this.say(`  ${split.training} to train, ${split.validation} to validate${tested}`);
    for (const warning of warnings) this.say(`  note: ${visible(warning)}`);
    for (const { name: baseline, loss, accuracy } of baselines)
      this.say(
        `  ${baseline} reaches a validation loss of ${loss.toFixed(4)}${accuracy === undefined ? '' : `, ${(100 * accuracy).toFixed(1)} % right`}`,
      );
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
    this.say(samplesOf(sample.task).glance(sample));
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

/** What else a validation or a test found, behind its loss. */
export function scoresText({
  validationError,
  classification,
  score,
  translation,
  language,
  transcription,
  frames,
}: ValidationScores): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  if (validationError) {
    const { rmse, lastValue, backtest } = validationError;
    const ahead = backtest
      ? `, ${backtest.horizon} ahead ${backtest.rmse.toPrecision(4)} (${backtest.lastValue.rmse.toPrecision(4)})`
      : '';
    return `  RMSE ${rmse.toPrecision(4)} (last value ${lastValue.rmse.toPrecision(4)})${ahead}`;
  }
  if (classification) {
    const { accuracy, macroF1, mostFrequent } = classification;
    return `  accuracy ${percent(accuracy)} (most frequent class ${percent(mostFrequent)}), macro F1 ${macroF1.toFixed(3)}`;
  }
  if (translation) {
    const { bleu, chrf, exactMatch } = translation;
    return `  BLEU ${bleu.toFixed(1)}, chrF ${chrf.toFixed(1)}, exact ${percent(exactMatch)}`;
  }
  if (language) {
    return `  perplexity ${language.perplexity.toPrecision(4)}, ${language.bitsPerCharacter.toFixed(3)} bits per character`;
  }
  if (transcription) {
    const { characterErrorRate, wordErrorRate } = transcription;
    return `  character errors ${percent(characterErrorRate)}, word errors ${percent(wordErrorRate)}`;
  }
  if (frames) {
    const { network, lastFrame, ahead } = frames;
    return `  ${ahead.length} ahead: MSE ${network.mse.toPrecision(3)} (last frame ${lastFrame.mse.toPrecision(3)}), SSIM ${network.ssim.toFixed(3)} (${lastFrame.ssim.toFixed(3)})`;
  }
  return score ? `  RMSE ${score.rmse.toPrecision(4)} (the mean ${score.average.rmse.toPrecision(4)})` : '';
}
