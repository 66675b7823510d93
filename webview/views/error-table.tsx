import type { ForecastScores } from '../../src/protocol/run';
import { Icon } from '../components/icon';
import { measure } from '../format';

interface ErrorTableProps {
  readonly caption: string;
  /** The network's and those of who learns nothing. */
  readonly rows: readonly (readonly [name: string, error: ForecastScores])[];
}

type Measure = keyof ForecastScores;

const measures: Readonly<Record<Measure, readonly [name: string, title: string]>> = {
  rmse: ['RMSE', 'Root of the mean squared error'],
  mae: ['MAE', 'Mean absolute error'],
  mase: ['MASE', 'Mean absolute error in units of the naive forecast in the training part'],
  smape: ['sMAPE', 'Symmetric mean absolute percentage error'],
};

/** Errors on the validation part, in the file's own units where they have one; the least of each column is marked. */
export function ErrorTable({ caption, rows }: ErrorTableProps) {
  const shown = (Object.keys(measures) as Measure[]).filter((key) => rows.every(([, error]) => key in error));
  const least = (key: Measure) => Math.min(...rows.map(([, error]) => error[key] ?? Number.NaN));
  return (
    <table class="errors" data-errors>
      <caption>{caption}</caption>
      <thead>
        <tr>
          <th scope="col">
            <span class="visually-hidden">By</span>
          </th>
          {shown.map((key) => (
            <th key={key} scope="col" title={measures[key][1]}>
              {measures[key][0]}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(([name, values]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            {shown.map((key) => {
              const best = values[key] === least(key);
              return (
                <td key={key} class={best ? 'best' : ''}>
                  {best ? <Icon name="check" /> : null}
                  {best ? <span class="visually-hidden">least: </span> : null}
                  {measure(values[key])}
                  {key === 'smape' ? ' %' : ''}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
