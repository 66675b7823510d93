import type { ForecastError, ValidationError } from '../../src/protocol/run';
import { Icon } from '../components/icon';
import { measure } from '../format';
import { visibleLine } from '../visible-text';

/** One-step errors on the validation part, in the file's own units; the least of each column is marked. */
export function ErrorTable({ error, target }: { readonly error: ValidationError; readonly target: string }) {
  const rows: readonly (readonly [string, ForecastError])[] = [
    ['this network', error],
    ['last value', error.lastValue],
    ...(error.seasonalNaive
      ? [[`same time last period (${error.seasonalNaive.period} rows)`, error.seasonalNaive] as const]
      : []),
  ];
  const least = {
    rmse: Math.min(...rows.map(([, { rmse }]) => rmse)),
    mae: Math.min(...rows.map(([, { mae }]) => mae)),
  };
  return (
    <table class="errors" data-errors>
      <caption>One step ahead, in the units of {visibleLine(target)}</caption>
      <thead>
        <tr>
          <th scope="col">
            <span class="visually-hidden">Forecast by</span>
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
