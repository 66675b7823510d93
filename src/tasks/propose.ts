import type { CellName, TrainingConfiguration } from '../configuration/run';
import { countParameters, type ModelSpec } from '../models/model';
import type { DatasetReport, ModelSize, Proposal, Proposed } from '../protocol/dataset';

const cells: readonly Proposed<CellName>[] = [
  { value: 'lstm', why: 'gates keep a memory over many steps; the safe first choice' },
  { value: 'gru', why: 'a quarter fewer weights than an LSTM and faster, often as good' },
  { value: 'rnn', why: 'the simplest; forgets after some ten steps, which the gates view shows' },
  { value: 'rnn-relu', why: 'no saturation, but may explode; for comparison' },
];

const sizes: Readonly<Record<ModelSize['name'], ModelSize>> = {
  tiny: { name: 'tiny', units: 16, layers: 1 },
  small: { name: 'small', units: 32, layers: 1 },
  medium: { name: 'medium', units: 64, layers: 1 },
  large: { name: 'large', units: 128, layers: 2 },
};

/**
 * What to train on a dataset when nobody says otherwise.
 *
 * @param specOf the model of a size, with the proposed cell
 */
export function propose(
  report: Pick<DatasetReport, 'task' | 'split'>,
  specOf: (size: ModelSize) => ModelSpec,
): Proposal {
  const { training } = report.split;
  const unit = report.task === 'language' ? 'tokens' : 'rows';
  const best: ModelSize['name'] = training < 4000 ? 'tiny' : 'small';
  const ordered = [sizes[best], ...Object.values(sizes).filter(({ name }) => name !== best)];
  return {
    cells,
    sizes: ordered.map((size) => {
      const weights = countParameters(specOf(size));
      const reason = size.name === best ? `fits ${compact(training)} ${unit} to learn from, ` : '';
      return { value: size, why: `${reason}${compact(weights)} weights, ${pace[size.name]}` };
    }),
    training: report.task === 'forecast' ? forecastTraining(training) : {},
  };
}

const pace: Readonly<Record<ModelSize['name'], string>> = {
  tiny: 'learns in seconds',
  small: 'learns in a minute or two',
  medium: 'some minutes',
  large: 'slow on this engine: many minutes',
};

/** A short series needs a short window, and fewer streams, so that each has some windows to carry its state over. */
function forecastTraining(rows: number): Partial<TrainingConfiguration> {
  const timeSteps = Math.max(4, Math.min(24, Math.floor(rows / 8)));
  return { timeSteps, batchSize: Math.max(1, Math.min(8, Math.floor(rows / (4 * timeSteps)))), steps: 400 };
}

function compact(count: number): string {
  return count < 1000
    ? String(count)
    : count < 1e6
      ? `${Number((count / 1000).toPrecision(2))} thousand`
      : `${Number((count / 1e6).toPrecision(2))} million`;
}
