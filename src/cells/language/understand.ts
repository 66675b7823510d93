import {
  type Cell,
  convolutionSizes,
  type Equation,
  type Expression,
  type LinearInit,
  linearInits,
  termsWithin,
  unaryOperations,
} from '../expression';
import { limits } from './limits';
import { nearest } from './nearest';
import { declared, nameProblem, type Scope } from './scope';
import type { CallOption, CellSyntax, Name, Problem, Span, Term } from './syntax';
import { convolutionInits, functionNames, functionWords } from './words';

const operations = { '+': 'add', '-': 'subtract', '*': 'multiply', '/': 'divide' } as const;

export interface Understood {
  /** Undefined where there is a problem. */
  readonly cell: Cell | undefined;
  readonly problems: readonly Problem[];
}

/**
 * What a cell's text means. Every name is a value of [batch, units]; `x` is the input, of a size of its own, and can
 * therefore stand in `linear(…)` and `conv(…)` alone. Equations hold from top to bottom: a name is used below the line that defines it.
 */
export function understandCell(syntax: CellSyntax): Understood {
  const problems: Problem[] = [];
  const note = (message: string, span: Span) => problems.push({ message, span });
  const lines = syntax.statements.filter((statement) => statement.kind === 'equation');
  const declarations = declared(syntax, note);
  const { states, params, constants } = declarations;
  if (lines.length + states.size + params.size + constants.size > limits.names) {
    note(`A cell has at most ${limits.names} equations, states, params and constants`, syntax.name.span);
    return { cell: undefined, problems };
  }
  const scope = {
    ...declarations,
    all: new Set(lines.map(({ name }) => name.text)),
    defined: new Set<string>(),
    note,
    meant: (wanted: string, names: readonly string[]) =>
      problems.length < limits.problems ? nearest(wanted, names) : undefined,
  };
  const equations: Equation[] = [];
  for (const { name, term } of lines) {
    const expression = meaning(term, { ...scope, own: name.text });
    nameProblem(name, scope);
    scope.defined.add(name.text);
    if (expression && isConstant(expression)) {
      const wayOut = 'write the number where it is used, or give it a name above with const';
      note(`${name.text} is the same number everywhere: ${wayOut}`, term.span);
    } else if (expression) {
      equations.push({ name: name.text, expression });
    }
  }
  for (const [state, { span }] of states) {
    if (!scope.defined.has(`${state}'`))
      note(`The state ${state} is never updated: an equation ${state}' = … is missing`, span);
  }
  if (problems.length === 0 && states.size > 0 && !equations.some(({ expression }) => readsInput(expression))) {
    note('The cell never reads its input: a term such as linear(x, h) is missing', syntax.name.span);
  }
  if (states.size === 0) note('The cell has no state: a line such as "state h" is missing', syntax.name.span);
  const learned = params.size + equations.reduce((sum, { expression }) => sum + countLearned(expression), 0);
  if (learned > limits.learned)
    note(`A cell learns at most ${limits.learned} weights, and this one ${learned}`, syntax.name.span);
  if (problems.length > 0) return { cell: undefined, problems: problems.sort((a, b) => a.span.start - b.span.start) };
  const cell = {
    name: syntax.name.text,
    paper: syntax.comment.join(' '),
    states: [...states.keys()],
    params: [...params].map(([name, init]) => ({ name, init })),
    equations,
  };
  return { cell, problems };
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

function nameMeaning({ text, span }: Name, scope: Scope): Expression | undefined {
  const { states, params, constants, own, all, defined, note } = scope;
  const constant = constants.get(text);
  if (constant !== undefined) return { op: 'number', value: constant };
  if (params.has(text)) return { op: 'param', name: text };
  if (states.has(text) || defined.has(text)) return { op: 'name', name: text };
  if (text === 'x') {
    note('x can stand alone in linear(…) and conv(…) only, since the input has a size of its own', span);
  } else if (functionNames.includes(text)) {
    note(`${text} is a function: give it an argument, as in ${text}(h)`, span);
  } else if (text === own) {
    note(`${text} stands in its own equation: what is carried from one step to the next is a state`, span);
  } else if (all.has(text)) {
    note(`${text} is defined only below: move its line above this one`, span);
  } else {
    const near = scope.meant(text, [...states.keys(), ...params.keys(), ...constants.keys(), ...defined]);
    note(`${text} is not defined above${near === undefined ? '' : `; did you mean ${near}?`}`, span);
  }
  return undefined;
}

type Call = Extract<Term, { kind: 'call' }>;

function callMeaning(call: Call, scope: Scope): Expression | undefined {
  const name = call.called.text;
  const word = functionWords.find((one) => one.name === name);
  if (!word) {
    const near = scope.meant(name, functionNames);
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
  if (name === 'linear' || name === 'conv') return linearMeaning(call, scope, options, refuse);

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
  const name = call.called.text;
  const isConv = name === 'conv';
  const inits = isConv ? convolutionInits : linearInits;
  const init = inits.find((one) => one === (options.get('init')?.value ?? 'default'));
  const size = isConv ? convolutionSizes.find((one) => one === (options.get('size')?.value ?? 3)) : 1;
  const train = options.get('train')?.value ?? 'yes';
  if (typeof bias === 'string' && bias !== 'none') refuse(options.get('bias'));
  if (init === undefined) refuse(options.get('init'));
  if (size === undefined) refuse(options.get('size'));
  if (train !== 'yes' && train !== 'no') refuse(options.get('train'));
  if (call.arguments.length === 0) scope.note(`${name} needs an argument, as in ${name}(x, h)`, call.span);
  const of = call.arguments.map((argument): Expression | undefined => {
    if (argument.kind === 'name' && argument.name.text === 'x') return { op: 'input' };
    const expression = meaning(argument, scope);
    if (expression && isConstant(expression)) {
      scope.note(
        `A number in ${name}(…) ${isConv ? 'is the same for every pixel' : 'would only add to its bias'}: leave it out`,
        argument.span,
      );
      return undefined;
    }
    return expression;
  });
  const whole = of.filter((expression) => expression !== undefined);
  if (whole.length === 0 || whole.length < of.length) return undefined;
  return {
    op: 'linear',
    of: whole,
    size: size ?? 1,
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

/** Weights and vectors that a term learns. */
function countLearned(expression: Expression): number {
  const own =
    expression.op === 'linear'
      ? expression.of.length + (expression.bias === undefined ? 0 : 1)
      : expression.op === 'norm'
        ? 2
        : Number(expression.op === 'scale');
  return termsWithin(expression).reduce((sum, term) => sum + countLearned(term), own);
}
