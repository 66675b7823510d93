import type { Trace } from '../../src/protocol/run';
import { DataTable } from '../components/data-table';
import { count } from '../format';
import { visibleLine } from '../visible-text';

const tableUnits = 200;

interface GateTableProps {
  readonly trace: Trace;
  readonly labels: readonly string[];
  readonly order: readonly number[];
}

/** The numbers of one gate or state: a row a unit, a column a time step. */
export function GateTable({ trace, labels, order }: GateTableProps) {
  const shown = order.slice(0, tableUnits);
  return (
    <DataTable
      caption={`Values of ${visibleLine(trace.name)}, a row a unit, a column a time step`}
      columns={['Unit', ...labels]}
      rows={shown.map((unit) => [
        String(unit + 1),
        ...labels.map((_, t) => (trace.values[t * trace.units + unit] ?? Number.NaN).toFixed(3).replace('-', '−')),
      ])}
      note={shown.length < trace.units ? `${count(shown.length)} of ${count(trace.units)} units.` : undefined}
    />
  );
}
