import type { Cell, Equation, Expression } from '../expression';
import type { CellSyntax, Name, Problem, Span, Statement, Term } from './syntax';

const unary = ['sigmoid', 'tanh', 'relu'] as const;
const functions: readonly string[] = ['linear', ...unary];
const reserved: readonly string[] = ['x', 'state', 'cell', ...functions];
const operations = { '+': 'add', '-': 'subtract', '*': 'multiply' } as const;

export interface Understood {
  /** Undefined where there is a problem. */
  readonly cell: Cell | undefined;
  readonly problems: readonly Problem[];
}

/**
 * What a cell's text means. Every name is a value of [batch, units]; `x` is the input, of a size of its own, and can
 * therefore stand in `linear(…)` alone. Equations hold from top to bottom: a name is used below the line that defines it.
 */
export function understandCell(syntax: CellSyntax): Understood {
  const problems: Problem[] = [];
  const note = (message: string, span: Span) => problems.push({ message, span });
  const states = statesOf(syntax.statements, note);
  const known = new Set(states.keys());
  const equations: Equation[] = [];
  for (const statement of syntax.statements) {
    if (statement.kind !== 'equation') continue;
    const { name, term } = statement;
    const expression = meaning(term, { states, known, note });
    nameProblem(name, states, known, note);
    known.add(name.text);
    if (expression && isConstant(expression)) {
      note(`${name.text} is the same number everywhere: write the number where it is used`, term.span);
    } else if (expression) {
      equations.push({ name: name.text, expression });
    }
  }
  for (const [state, { span }] of states) {
    if (!known.has(`${state}'`))
      note(`The state ${state} is never updated: an equation ${state}' = … is missing`, span);
  }
  if (states.size === 0) note('The cell has no state: a line such as "state h" is missing', syntax.name.span);
  if (problems.length > 0) return { cell: undefined, problems: problems.sort((a, b) => a.span.start - b.span.start) };
  const cell = { name: syntax.name.text, paper: syntax.comment.join(' '), states: [...states.keys()], equations };
  return { cell, problems };
}

type Note = (message: string, span: Span) => void;

function statesOf(statements: readonly Statement[], note: Note): ReadonlyMap<string, Name> {
  const states = new Map<string, Name>();
  for (const statement of statements) {
    if (statement.kind !== 'state') continue;
    for (const name of statement.names) {
      if (name.text.endsWith("'")) note(`A state is declared without a prime: ${name.text.slice(0, -1)}`, name.span);
      else if (reserved.includes(name.text))
        note(`${name.text} has a meaning of its own and cannot name a state`, name.span);
      else if (states.has(name.text)) note(`The state ${name.text} is declared twice`, name.span);
      else states.set(name.text, name);
    }
  }
  return states;
}

function nameProblem(
  { text, span }: Name,
  states: ReadonlyMap<string, Name>,
  known: ReadonlySet<string>,
  note: Note,
): void {
  const state = text.endsWith("'") ? text.slice(0, -1) : undefined;
  if (state !== undefined && !states.has(state)) {
    note(`${text} would update a state, and there is no state ${state}: declare it, or leave out the prime`, span);
  } else if (states.has(text)) {
    note(`${text} is a state: its next value is ${text}'`, span);
  } else if (reserved.includes(text)) {
    note(`${text} has a meaning of its own and cannot be defined`, span);
  } else if (known.has(text)) {
    note(`${text} is defined twice`, span);
  }
}

interface Scope {
  readonly states: ReadonlyMap<string, Name>;
  /** States and what the lines above define. */
  readonly known: ReadonlySet<string>;
  readonly note: Note;
}

/** Undefined after a problem was noted. */
function meaning(term: Term, scope: Scope): Expression | undefined {
  switch (term.kind) {
    case 'number':
      return { op: 'number', value: term.value };
    case 'name':
      return nameMeaning(term.name, scope);
    case 'negative': {
      const of = meaning(term.of, scope);
      if (of?.op === 'number') return { op: 'number', value: -of.value };
      return of && { op: 'subtract', left: { op: 'number', value: 0 }, right: of };
    }
    case 'binary': {
      const [left, right] = [meaning(term.left, scope), meaning(term.right, scope)];
      return left && right && { op: operations[term.operator], left, right };
    }
    case 'call':
      return callMeaning(term, scope);
  }
}

function nameMeaning({ text, span }: Name, { known, note }: Scope): Expression | undefined {
  if (text === 'x') {
    note('x can stand alone in linear(…) only, since the input has a size of its own', span);
  } else if (functions.includes(text)) {
    note(`${text} is a function: give it an argument, as in ${text}(h)`, span);
  } else if (!known.has(text)) {
    const near = nearest(text, [...known]);
    note(`${text} is not defined above${near === undefined ? '' : `; did you mean ${near}?`}`, span);
  } else {
    return { op: 'name', name: text };
  }
  return undefined;
}

function callMeaning(call: Extract<Term, { kind: 'call' }>, scope: Scope): Expression | undefined {
  const { called, options, span } = call;
  if (called.text === 'linear') return linearMeaning(call, scope);
  const op = unary.find((name) => name === called.text);
  if (op === undefined) {
    const near = nearest(called.text, functions);
    const hint = near === undefined ? `The functions are ${functions.join(', ')}` : `Did you mean ${near}?`;
    scope.note(`There is no function ${called.text}. ${hint}`, called.span);
    return undefined;
  }
  for (const { name, span: place } of options) scope.note(`${op} has no option ${name.text}`, place);
  const [argument, ...more] = call.arguments;
  if (!argument || more.length > 0) {
    scope.note(`${op} takes one argument`, span);
    return undefined;
  }
  const of = meaning(argument, scope);
  return of && { op, of };
}

function linearMeaning(call: Extract<Term, { kind: 'call' }>, scope: Scope): Expression | undefined {
  let bias = 0;
  for (const { name, value, span } of call.options) {
    if (name.text === 'bias') bias = value;
    else scope.note(`linear has no option ${name.text}; it has bias, the first value of its bias`, span);
  }
  if (call.arguments.length === 0) scope.note('linear needs an argument, as in linear(x, h)', call.span);
  const of = call.arguments.map((argument): Expression | undefined => {
    if (argument.kind === 'name' && argument.name.text === 'x') return { op: 'input' };
    const expression = meaning(argument, scope);
    if (expression && isConstant(expression)) {
      scope.note('A number in linear(…) would only add to its bias: leave it out', argument.span);
      return undefined;
    }
    return expression;
  });
  const whole = of.filter((expression) => expression !== undefined);
  return whole.length > 0 && whole.length === of.length ? { op: 'linear', of: whole, bias } : undefined;
}

/** Whether no name and no map is in it. */
function isConstant(expression: Expression): boolean {
  switch (expression.op) {
    case 'number':
      return true;
    case 'input':
    case 'name':
    case 'linear':
      return false;
    case 'add':
    case 'subtract':
    case 'multiply':
      return isConstant(expression.left) && isConstant(expression.right);
    default:
      return isConstant(expression.of);
  }
}

/** A name that differs in one letter, in its case, or by a prime. */
function nearest(wanted: string, names: readonly string[]): string | undefined {
  const plain = (text: string) => text.toLowerCase().replace(/'$/, '');
  return (
    names.find((name) => plain(name) === plain(wanted)) ??
    names.find((name) => wanted.length > 2 && Math.abs(name.length - wanted.length) < 2 && differsByOne(name, wanted))
  );
}

function differsByOne(one: string, other: string): boolean {
  const [short, long] = one.length <= other.length ? [one, other] : [other, one];
  let at = 0;
  while (at < short.length && short[at] === long[at]) at++;
  const rest = short.length === long.length ? short.slice(at + 1) : short.slice(at);
  return rest === long.slice(at + 1);
}
