import type { CellSyntax, Name, Span } from './syntax';
import { reservedNames } from './words';

export type Note = (message: string, span: Span) => void;

export interface Scope {
  readonly states: ReadonlyMap<string, Name>;
  readonly params: ReadonlyMap<string, number>;
  readonly constants: ReadonlyMap<string, number>;
  /** What the line defines in which a term stands. */
  readonly own: string;
  /** What any line defines. */
  readonly all: ReadonlySet<string>;
  /** What the lines above define. */
  readonly defined: Set<string>;
  readonly note: Note;
  /** A name that may have been meant; none any more after so many problems that nobody reads on. */
  readonly meant: (wanted: string, names: readonly string[]) => string | undefined;
}

/** States, learned vectors and constants; they hold in the whole cell, wherever they are declared. */
export function declared({ statements }: CellSyntax, note: Note): Pick<Scope, 'states' | 'params' | 'constants'> {
  const states = new Map<string, Name>();
  const params = new Map<string, number>();
  const constants = new Map<string, number>();
  const isFree = ({ text, span }: Name, kind: string): boolean => {
    if (text.endsWith("'")) note(`A ${kind} is declared without a prime: ${text.slice(0, -1)}`, span);
    else if (reservedNames.includes(text)) note(`${text} has a meaning of its own and cannot name a ${kind}`, span);
    else if (states.has(text) || params.has(text) || constants.has(text))
      note(`The ${kind} ${text} is declared twice`, span);
    else return true;
    return false;
  };
  for (const statement of statements) {
    if (statement.kind === 'state') {
      for (const name of statement.names) if (isFree(name, 'state')) states.set(name.text, name);
    } else if (statement.kind !== 'equation') {
      const { kind, name, value } = statement;
      if (isFree(name, kind)) (kind === 'param' ? params : constants).set(name.text, value);
    }
  }
  return { states, params, constants };
}

export function nameProblem(
  { text, span }: Name,
  { states, params, constants, defined, note }: Omit<Scope, 'own'>,
): void {
  const state = text.endsWith("'") ? text.slice(0, -1) : undefined;
  if (state !== undefined && !states.has(state)) {
    note(`${text} would update a state, and there is no state ${state}: declare it, or leave out the prime`, span);
  } else if (states.has(text)) {
    note(`${text} is a state: its next value is ${text}'`, span);
  } else if (params.has(text) || constants.has(text)) {
    note(`${text} is declared as a ${params.has(text) ? 'param' : 'const'} and cannot be defined`, span);
  } else if (reservedNames.includes(text)) {
    note(`${text} has a meaning of its own and cannot be defined`, span);
  } else if (defined.has(text)) {
    note(`${text} is defined twice`, span);
  }
}
