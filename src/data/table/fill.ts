import { visible } from '../../base/visible';
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
    for (const { endPart } of builders) endPart?.();
  }
  return { columns: builders.map(({ column }) => column()), lines };
}

interface Builder {
  set(row: number, cell: string): void;
  /** The part of the file that the cells were cut from is about to be let go. */
  endPart?(): void;
  column(): Column;
}

function builder(name: string, kind: Kind, rows: number, decimal: Decimal): Builder {
  if (kind.kind === 'text') return textBuilder(name);
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
  const labels = ownStrings((cells) => visible(cells, separator));
  return {
    set: (row, cell) => {
      put(row, format.parse(cell));
      labels.add(cell);
    },
    endPart: labels.endPart,
    column: () => ({ name, kind: 'date', values, labels: labels.all, missing }),
  };
}

function textBuilder(name: string): Builder {
  const values = ownStrings();
  let missing = 0;
  return {
    set: (_, cell) => {
      values.add(cell);
      if (isMissing(cell)) missing += 1;
    },
    endPart: values.endPart,
    column: () => ({ name, kind: 'text', values: values.all, missing }),
  };
}

/** No cell holds a NUL character, for no text does. */
const separator = '\0';

/**
 * Strings that outlive the part of the file that they were cut from. V8 would keep that whole part in memory as long
 * as one of them; so at its end they are cut anew from a text of their own, and equal ones kept once.
 */
function ownStrings(change = (cells: string) => cells) {
  const all: string[] = [];
  const known = new Map<string, string>();
  let added: string[] = [];
  return {
    all: all as readonly string[],
    add: (cell: string) => {
      added.push(cell);
    },
    endPart: () => {
      for (const cell of added.length === 0 ? [] : change(added.join(separator)).split(separator)) {
        const own = known.get(cell) ?? cell;
        if (own === cell && known.size < 10_000) known.set(cell, cell);
        all.push(own);
      }
      added = [];
    },
  };
}
