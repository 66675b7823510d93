import { visible } from '../base/visible';

/** Rows of cells as comma-separated text (RFC 4180); what comes from a file is made safe to show. */
export function commaSeparated(rows: readonly (readonly (string | number)[])[]): string {
  return rows
    .map((row) => `${row.map((cell) => (typeof cell === 'number' ? cell : quoted(cell))).join(',')}\n`)
    .join('');
}

function quoted(cell: string): string {
  const shown = visible(cell);
  return /[",]/.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown;
}
