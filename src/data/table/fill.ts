import type { Column } from './columns';
import type { Kind } from './kinds';
import { type Decimal, isMissing, parseNumber } from './numbers';
import type { Records } from './records';
import type { Survey } from './survey';

/** Reads the cells of a surveyed table into columns of its length. */
export async function fillColumns(
  records: AsyncIterable<Records>,
  names: readonly string[],
  kinds: readonly Kind[],
  { rows, header }: Survey,
  decimal: Decimal,
): Promise<{ readonly columns: readonly Column[]; readonly lines: Int32Array }> {
  const builders = kinds.map((kind, i) => builder(names[i] ?? '', kind, rows, decimal));
  const lines = new Int32Array(rows);
  let row = header ? -1 : 0;
  for await (const batch of records) {
    for (const [i, record] of batch.cells.entries()) {
      if (row >= 0) {
        for (const [c, { set }] of builders.entries()) set(row, record[c]?.trim() ?? '');
        lines[row] = batch.lines[i] ?? 0;
      }
      row += 1;
    }
  }
  return { columns: builders.map(({ column }) => column()), lines };
}

interface Builder {
  set(row: number, cell: string): void;
  column(): Column;
}

function builder(name: string, kind: Kind, rows: number, decimal: Decimal): Builder {
  if (kind.kind === 'text') return textBuilder(name, rows);
  const values = new Float64Array(rows);
  let missing = 0;
  const put = (row: number, value: number) => {
    values[row] = value;
    if (Number.isNaN(value)) missing += 1;
  };
  if (kind.kind === 'number') {
    return {
      set: (row, cell) => put(row, parseNumber(cell, decimal)),
      column: () => ({ name, kind: 'number', values, missing }),
    };
  }
  const { format } = kind;
  const labels: string[] = [];
  return {
    set: (row, cell) => {
      put(row, format.parse(cell));
      labels.push(ownCopy(cell));
    },
    column: () => ({ name, kind: 'date', values, labels, missing }),
  };
}

function textBuilder(name: string, rows: number): Builder {
  const values = new Array<string>(rows).fill('');
  const known = new Map<string, string>();
  let missing = 0;
  return {
    set: (row, cell) => {
      if (isMissing(cell)) missing += 1;
      let own = known.get(cell);
      if (own === undefined) {
        own = ownCopy(cell);
        known.set(own, own);
      }
      values[row] = own;
    },
    column: () => ({ name, kind: 'text', values, missing }),
  };
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** A cell cut from a part of the file would keep the whole part in memory; V8 copies those under 13 characters. */
function ownCopy(cell: string): string {
  return cell.length < 13 ? cell : decoder.decode(encoder.encode(cell));
}
