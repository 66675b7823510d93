import { visible } from '../../base/visible';
import { Categories } from './categories';
import type { Column } from './columns';
import type { Kind } from './kinds';
import { PackedLabels } from './labels';
import { type Decimal, isMissing, parseNumber } from './numbers';
import { PackedNumbers } from './packed';
import type { Records } from './records';
import { type Rows, rowsOf } from './rows';
import type { Survey } from './survey';
import { PackedTexts } from './texts';

export interface FilledColumns {
  readonly columns: readonly Column[];
  readonly lines: Rows<number>;
}

/** What a table is read for: the cells of text columns take memory, and a forecast has a use only for those that come again. */
export type TableUse = 'numbers' | 'texts' | 'cells';

/** Reads the cells of a surveyed table into columns. */
export async function fillColumns(
  use: TableUse,
  records: AsyncIterable<Records>,
  names: readonly string[],
  kinds: readonly Kind[],
  { header }: Survey,
  decimal: Decimal,
): Promise<FilledColumns> {
  const builders = kinds.map((kind, i) => builder(names[i] ?? '', kind, decimal, use));
  const lines = new PackedNumbers();
  let row = header ? -1 : 0;
  for await (const batch of records) {
    for (const [i, record] of batch.cells.entries()) {
      if (row >= 0) {
        for (let c = 0; c < builders.length; c++) builders[c]?.push(record[c]?.trim() ?? '');
        // Lines mostly keep pace with rows, so that what is left packs well.
        lines.push((batch.lines[i] ?? 0) - row);
      }
      row += 1;
    }
  }
  const ahead = lines.finish();
  return {
    columns: builders.map(({ column }) => column()),
    lines: rowsOf(ahead.length, (at) => ahead.at(at) + at),
  };
}

interface Builder {
  push(cell: string): void;
  column(): Column;
}

function builder(name: string, kind: Kind, decimal: Decimal, use: TableUse): Builder {
  if (kind.kind === 'text') return textBuilder(name, use);
  const values = new PackedNumbers();
  let missing = 0;
  const put = (value: number) => {
    values.push(value);
    if (Number.isNaN(value)) missing += 1;
  };
  if (kind.kind === 'number') {
    return {
      push: (cell) => put(parseNumber(cell, decimal)),
      column: () => ({ name, kind: 'number', values: values.finish(), missing }),
    };
  }
  const { format } = kind;
  const labels = new PackedLabels();
  return {
    push: (cell) => {
      put(format.parse(cell));
      labels.push(visible(cell));
    },
    column: () => ({ name, kind: 'date', values: values.finish(), labels: labels.finish(), missing }),
  };
}

function textBuilder(name: string, use: TableUse): Builder {
  const texts = use === 'numbers' ? new Categories() : new PackedTexts();
  let missing = 0;
  return {
    push: (cell) => {
      // Where cells are read as they stand, a word for what is missing is a word.
      const isGap = use === 'cells' ? cell === '' : isMissing(cell);
      if (isGap) missing += 1;
      texts.push(isGap ? '' : cell);
    },
    column: () => {
      const values = texts.finish();
      return { name, kind: 'text', missing, ...(values && { values }) };
    },
  };
}
