import {
  type Cell,
  type Equation,
  type Expression,
  type LinearInit,
  linearInits,
  termsWithin,
  unaryOperations,
} from '../expression';
import type { CallOption, CellSyntax, Name, Problem, Span, Term } from './syntax';
import { functionNames, functionWords, reservedNames } from './words';

const operations = { '+': 'add', '-': 'subtract', '*': 'multiply', '/': 'divide' } as const;

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
  const scope: Scope = { ...declared(syntax, note), defined: new Set(), note };
  const equations: Equation[] = [];
  for (const statement of syntax.statements) {
    if (statement.kind !== 'equation') continue;
    const { name, term } = statement;
    const expression = meaning(term, scope);
    nameProblem(name, scope);
    scope.defined.add(name.text);
    if (expression && isConstant(expression)) {
      const wayOut = 'write the number where it is used, or give it a name above with const';
      note(`${name.text} is the same number everywhere: ${wayOut}`, term.span);
    } else if (expression) {
      equations.push({ name: name.text, expression });
    }
  }
  for (const [state, { span }] of scope.states) {
    if (!scope.defined.has(`${state}'`))
      note(`The state ${state} is never updated: an equation ${state}' = … is missing`, span);
  }
  if (problems.length === 0 && scope.states.size > 0 && !equations.some(({ expression }) => readsInput(expression))) {
    note('The cell never reads its input: a term such as linear(x, h) is missing', syntax.name.span);
  }
  if (scope.states.size === 0) note('The cell has no state: a line such as "state h" is missing', syntax.name.span);
  if (problems.length > 0) return { cell: undefined, problems: problems.sort((a, b) => a.span.start - b.span.start) };
  const cell = {
    name: syntax.name.text,
    paper: syntax.comment.join(' '),
    states: [...scope.states.keys()],
    params: [...scope.params].map(([name, init]) => ({ name, init })),
    equations,
  };
  return { cell, problems };
}

type Note = (message: string, span: Span) => void;

interface Scope {
  readonly states: ReadonlyMap<string, Name>;
  readonly params: ReadonlyMap<string, number>;
  readonly constants: ReadonlyMap<string, number>;
  /** What the lines above define. */
  readonly defined: Set<string>;
  readonly note: Note;
}

/** States, learned vectors and constants; they hold in the whole cell, wherever they are declared. */
function declared({ statements }: CellSyntax, note: Note): Pick<Scope, 'states' | 'params' | 'constants'> {
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

function nameProblem({ text, span }: Name, { states, params, constants, defined, note }: Scope): void {
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
      if (term.operator === '/' && right?.op === 'number' && right.value === 0) {
        scope.note('A division by 0 has no value', term.right.span);
        return undefined;
      }
      return left && right && { op: operations[term.operator], left, right };
    }
    case 'call':
      return callMeaning(term, scope);
  }
}

function nameMeaning(
  { text, span }: Name,
  { states, params, constants, defined, note }: Scope,
): Expression | undefined {
  const constant = constants.get(text);
  if (constant !== undefined) return { op: 'number', value: constant };
  if (params.has(text)) return { op: 'param', name: text };
  if (states.has(text) || defined.has(text)) return { op: 'name', name: text };
  if (text === 'x') {
    note('x can stand alone in linear(…) only, since the input has a size of its own', span);
  } else if (functionNames.includes(text)) {
    note(`${text} is a function: give it an argument, as in ${text}(h)`, span);
  } else {
    const near = nearest(text, [...states.keys(), ...params.keys(), ...constants.keys(), ...defined]);
    note(`${text} is not defined above${near === undefined ? '' : `; did you mean ${near}?`}`, span);
  }
  return undefined;
}

type Call = Extract<Term, { kind: 'call' }>;

function callMeaning(call: Call, scope: Scope): Expression | undefined {
  const name = call.called.text;
  const word = functionWords.find((one) => one.name === name);
  if (!word) {
    const near = nearest(name, functionNames);
    const hint = near === undefined ? `The functions are ${functionNames.join(', ')}` : `Did you mean ${near}?`;
    scope.note(`There is no function ${name}. ${hint}`, call.called.span);
    return undefined;
  }
  const own = Object.keys(word.options);
  const known = call.options.filter((option) => {
    if (own.includes(option.name.text)) return true;
    const has = own.length > 0 ? `; it has ${own.join(', ')}` : '';
    scope.note(`${name} has no option ${option.name.text}${has}`, option.span);
    return false;
  });
  const options = new Map(known.map((option) => [option.name.text, option]));
  const refuse = (option: CallOption | undefined) => {
    if (!option) return;
    const { text } = option.name;
    scope.note(`The option ${text} is ${word.options[text]?.values}, not ${option.value}`, option.span);
  };
  if (name === 'linear') return linearMeaning(call, scope, options, refuse);

  const wanted = name === 'min' || name === 'max' ? 2 : 1;
  if (call.arguments.length !== wanted) {
    scope.note(`${name} takes ${wanted === 1 ? 'one argument' : 'two arguments'}`, call.span);
    return undefined;
  }
  const [first, second] = call.arguments.map((argument) => meaning(argument, scope));
  if (!first) return undefined;
  if (name === 'min' || name === 'max') return second && { op: name, left: first, right: second };
  if (name === 'scale' || name === 'norm') {
    if (isConstant(first)) {
      scope.note(`${name} is of a gate or state, not of a number`, call.span);
      return undefined;
    }
    if (name === 'norm') return { op: 'norm', of: first };
    const init = options.get('init');
    const value = init?.value ?? 0;
    if (value === 'uniform' || typeof value === 'number') return { op: 'scale', of: first, init: value };
    refuse(init);
    return undefined;
  }
  const op = unaryOperations.find((one) => one === name);
  return op && { op, of: first };
}

function linearMeaning(
  call: Call,
  scope: Scope,
  options: ReadonlyMap<string, CallOption>,
  refuse: (option: CallOption | undefined) => void,
): Expression | undefined {
  const bias = options.get('bias')?.value ?? 0;
  const init = linearInits.find((one) => one === (options.get('init')?.value ?? 'default'));
  const train = options.get('train')?.value ?? 'yes';
  if (typeof bias === 'string' && bias !== 'none') refuse(options.get('bias'));
  if (init === undefined) refuse(options.get('init'));
  if (train !== 'yes' && train !== 'no') refuse(options.get('train'));
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
  if (whole.length === 0 || whole.length < of.length) return undefined;
  return {
    op: 'linear',
    of: whole,
    bias: typeof bias === 'number' ? bias : undefined,
    init: init ?? ('default' satisfies LinearInit),
    trained: train !== 'no',
  };
}

function readsInput(expression: Expression): boolean {
  return expression.op === 'input' || termsWithin(expression).some(readsInput);
}

/** Whether no name and nothing learned is in it. */
function isConstant(expression: Expression): boolean {
  if (expression.op === 'number') return true;
  const within = termsWithin(expression);
  return expression.op !== 'linear' && expression.op !== 'scale' && within.length > 0 && within.every(isConstant);
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
