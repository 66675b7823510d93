import type { Trace } from '../../src/protocol/run';
import { DataTable } from '../components/data-table';
import { count } from '../format';
import { usePersistedState } from '../persisted-state';
import { visibleLine } from '../visible-text';

const tableUnits = 200;

interface GateTableProps {
  readonly traces: readonly Trace[];
  readonly labels: readonly string[];
  readonly order: readonly number[];
}

/** The numbers of one gate or state at a time: a row a unit, a column a time step. */
export function GateTable({ traces, labels, order }: GateTableProps) {
  const [chosen, setChosen] = usePersistedState('settings', 'gates.tableGate', '');
  const trace = traces.find(({ name }) => name === chosen) ?? traces[0];
  if (!trace) return null;
  const name = visibleLine(trace.name);
  const shown = order.slice(0, tableUnits);
  return (
    <>
      <label class="field">
        Values of
        <select value={trace.name} onChange={(event) => setChosen(event.currentTarget.value)}>
          {traces.map((t) => (
            <option key={t.name} value={t.name}>
              {visibleLine(t.name)}
            </option>
          ))}
        </select>
      </label>
      <DataTable
        caption={`Values of ${name}, a row a unit, a column a time step`}
        columns={['Unit', ...labels]}
        rows={shown.map((unit) => [
          String(unit + 1),
          ...labels.map((_, t) => (trace.values[t * trace.units + unit] ?? Number.NaN).toFixed(3).replace('-', '−')),
        ])}
        note={shown.length < trace.units ? `${count(shown.length)} of ${count(trace.units)} units.` : undefined}
      />
    </>
  );
}
