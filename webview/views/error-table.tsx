import type { ForecastError } from '../../src/protocol/run';
import { Icon } from '../components/icon';
import { measure } from '../format';

interface ErrorTableProps {
  readonly caption: string;
  /** The network's and those of who learns nothing. */
  readonly rows: readonly (readonly [name: string, error: ForecastError])[];
}

/** Errors on the validation part, in the file's own units; the least of each column is marked. */
export function ErrorTable({ caption, rows }: ErrorTableProps) {
  const least = {
    rmse: Math.min(...rows.map(([, { rmse }]) => rmse)),
    mae: Math.min(...rows.map(([, { mae }]) => mae)),
  };
  return (
    <table class="errors" data-errors>
      <caption>{caption}</caption>
      <thead>
        <tr>
          <th scope="col">
            <span class="visually-hidden">By</span>
          </th>
          <th scope="col" title="Root of the mean squared error">
            RMSE
          </th>
          <th scope="col" title="Mean absolute error">
            MAE
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(([name, values]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            {(['rmse', 'mae'] as const).map((measureName) => {
              const best = values[measureName] === least[measureName];
              return (
                <td key={measureName} class={best ? 'best' : ''}>
                  {best ? <Icon name="check" /> : null}
                  {best ? <span class="visually-hidden">least: </span> : null}
                  {measure(values[measureName])}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
