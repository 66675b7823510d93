import { UserError } from '../../base/user-error';
import { excerpt, visible } from '../../base/visible';

/** Names as they are shown and asked for: visible, never empty, each once. */
export function columnNames(header: readonly string[]): { readonly names: string[]; readonly warnings: string[] } {
  const written = header.map((name) => visible(name.trim().replace(/\s+/g, ' ')));
  const taken = new Set<string>(written);
  const seen = new Set<string>();
  const repeated = new Set<string>();
  const names = written.map((name, i) => {
    if (name !== '' && !seen.has(name)) {
      seen.add(name);
      return name;
    }
    if (name !== '') repeated.add(name);
    const unique = firstFree(name === '' ? `column ${i + 1}` : name, name === '' ? 1 : 2, taken);
    taken.add(unique);
    return unique;
  });
  const warnings: string[] = [];
  const empty = written.filter((name) => name === '').length;
  if (empty > 0) warnings.push(`${empty === 1 ? 'One column has' : `${empty} columns have`} no name; named by place.`);
  if (repeated.size > 0) warnings.push(`Names that occur again got a number: ${list([...repeated])}.`);
  return { names, warnings };
}

export function numberedNames(columns: number): string[] {
  return Array.from({ length: columns }, (_, i) => `column ${i + 1}`);
}

function firstFree(name: string, from: number, taken: ReadonlySet<string>): string {
  for (let number = from; ; number++) {
    const candidate = number === 1 ? name : `${name} (${number})`;
    if (!taken.has(candidate)) return candidate;
  }
}

/** `"a", "b", "c" and 4 more`, each shortened. */
export function list(names: readonly string[], most = 8): string {
  const shown = names.slice(0, most).map((name) => `"${excerpt(name)}"`);
  const more = names.length - shown.length;
  return shown.join(', ') + (more > 0 ? ` and ${more} more` : '');
}

/**
 * For a name that a person gave and no column has.
 * @param option which column was asked for: "target"
 */
export function unknownColumn(option: string, name: string, names: readonly string[]): UserError {
  const near = nearest(name, names);
  return new UserError({
    what: `There is no column "${excerpt(name)}"`,
    where: `--${option}`,
    wayOut: `${near === undefined ? '' : `Did you mean "${excerpt(near)}"? `}The columns are ${list(names)}.`,
  });
}

/** The name of which the whole or a word takes the fewest edits, when these are fewer than half of the letters. */
function nearest(name: string, names: readonly string[]): string | undefined {
  const wanted = name.trim().toLowerCase().slice(0, 64);
  let best: { name: string; edits: number } | undefined;
  for (const candidate of names) {
    const whole = candidate.toLowerCase().slice(0, 64);
    for (const part of [whole, ...whole.split(/[^\p{L}\p{N}]+/u)]) {
      const edits = editDistance(wanted, part);
      if (edits < (best?.edits ?? Math.max(wanted.length, part.length) / 2)) best = { name: candidate, edits };
    }
  }
  return best?.name;
}

/** Levenshtein's distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
