import { parseArgs } from 'node:util';
import { UserError } from '../base/user-error';
import { excerpt } from '../base/visible';
import { choicesFromOptions, options } from '../configuration/options';
import type { RunChoices } from '../configuration/run';
import { type BenchRequest, benchRows } from './bench';
import { type GenerateRequest, generateRequest } from './generate';

/** What a command line asks for. */
export type Request =
  | { readonly command: 'help' | 'version' }
  | BenchRequest
  | {
      readonly command: 'train';
      readonly file: string;
      readonly choices: RunChoices;
      readonly out: string | undefined;
      readonly name: string | undefined;
      /** Path of a model.json to begin with. */
      readonly model: string | undefined;
      readonly json: boolean;
    }
  | {
      readonly command: 'resume';
      readonly run: string;
      readonly steps: number | undefined;
      /** What is to compute from now on, where that is another engine. */
      readonly engine: NonNullable<RunChoices['engine']>;
      readonly json: boolean;
    }
  | { readonly command: 'inspect'; readonly file: string; readonly choices: RunChoices; readonly json: boolean }
  | {
      readonly command: 'sample';
      readonly run: string;
      readonly prompt: string | undefined;
      readonly length: number | undefined;
      readonly temperature: number | undefined;
      readonly topK: number | undefined;
      readonly beam: number | undefined;
      /** Path of a recording to transcribe. */
      readonly audio: string | undefined;
      /** A file for the frames of a sample. */
      readonly out: string | undefined;
      readonly seed: number | undefined;
      readonly json: boolean;
    }
  | { readonly command: 'probe'; readonly run: string; readonly input: string | undefined; readonly json: boolean }
  | { readonly command: 'export'; readonly run: string; readonly out: string | undefined; readonly json: boolean }
  | GenerateRequest
  | { readonly command: 'native'; readonly action: NativeAction; readonly json: boolean }
  | { readonly command: 'cells'; readonly inputs: number; readonly units: number; readonly json: boolean }
  | {
      readonly command: 'check';
      readonly cell: string;
      readonly inputs: number;
      readonly units: number;
      readonly json: boolean;
    };

export const nativeActions = ['install', 'remove', 'status'] as const;
export type NativeAction = (typeof nativeActions)[number];

const commands = [
  'train',
  'inspect',
  'sample',
  'probe',
  'export',
  'generate',
  'cells',
  'check',
  'bench',
  'native',
] as const;
type Command = (typeof commands)[number];

/** Options that are not part of a run's configuration. */
const ownOptions: Readonly<Record<Command, readonly string[]>> = {
  train: ['out', 'name', 'resume', 'model'],
  inspect: [],
  sample: ['prompt', 'length', 'temperature', 'top-k', 'beam', 'audio', 'seed', 'out'],
  probe: ['input'],
  export: ['out'],
  generate: ['out', 'count', 'length', 'seed'],
  bench: ['rows', 'cells', 'seconds', 'threads', 'backend', 'engine-variant'],
  native: [],
  cells: ['inputs', 'units'],
  check: ['inputs', 'units'],
};

/** @throws UserError that names the option or argument */
export function parseCommandLine(argv: readonly string[]): Request {
  const [name, ...rest] = argv;
  const asksForHelp = (word: string) => word === '--help' || word === '-h';
  if (name === undefined || name === 'help' || asksForHelp(name) || rest.some(asksForHelp)) return { command: 'help' };
  if (name === '--version' || name === 'version') return { command: 'version' };
  const command = commands.find((candidate) => candidate === name);
  if (!command)
    throw misuse(
      `There is no command "${excerpt(name)}"`,
      `The commands are ${commands.join(', ')}; unroll --help explains them.`,
    );
  const { values, positionals, json } = split(command, rest);
  if (command === 'sample') {
    return {
      command,
      run: only(positionals, 'a run folder'),
      prompt: values.prompt,
      length: numberOption(values, 'length', { min: 1, max: 20_000, whole: true }),
      temperature: numberOption(values, 'temperature', { min: 0, max: 100 }),
      topK: numberOption(values, 'top-k', { min: 0, max: 1_000_000, whole: true }),
      beam: numberOption(values, 'beam', { min: 1, max: 64, whole: true }),
      audio: values.audio,
      out: values.out,
      seed: numberOption(values, 'seed', { min: 0, max: 0xffff_ffff, whole: true }),
      json,
    };
  }
  if (command === 'generate') {
    return generateRequest(positionals, {
      out: values.out,
      count: numberOption(values, 'count', { min: 1, max: 10_000_000, whole: true }),
      length: numberOption(values, 'length', { min: 1, max: 1000, whole: true }),
      seed: numberOption(values, 'seed', { min: 0, max: 0xffff_ffff, whole: true }) ?? 1,
      json,
    });
  }
  if (command === 'native') {
    const word = only(positionals, 'what to do');
    const action = nativeActions.find((one) => one === word);
    if (!action) throw misuse(`"${excerpt(word)}" cannot be done`, `Choose among ${nativeActions.join(', ')}.`);
    return { command, action, json };
  }
  if (command === 'bench') {
    if (positionals.length > 0)
      throw misuse(`${excerpt(positionals[0] ?? '')} is one argument too many`, 'Give options alone.');
    const { rows, cells, seconds: _, ...engine } = values;
    const { choices, complaints } = choicesFromOptions(engine);
    const [complaint] = complaints;
    if (complaint) throw misuse(complaint.reason, complaint.wayOut, `--${complaint.flag}`);
    return {
      command,
      rows: benchRows(rows),
      cells: (cells ?? 'lstm,gru,rnn').split(','),
      seconds: numberOption(values, 'seconds', { min: 0.1, max: 600 }) ?? 1,
      engine: (choices.engine ?? {}) as BenchRequest['engine'],
      json,
    };
  }
  if (command === 'probe') return { command, run: only(positionals, 'a run folder'), input: values.input, json };
  if (command === 'export') return { command, run: only(positionals, 'a run folder'), out: values.out, json };
  if (command === 'cells' || command === 'check') {
    const units = numberOption(values, 'units', { min: 1, max: 4096, whole: true }) ?? 32;
    const inputs = numberOption(values, 'inputs', { min: 1, max: 4096, whole: true }) ?? units;
    if (command === 'check') return { command, cell: only(positionals, 'a cell'), inputs, units, json };
    if (positionals[0] !== undefined)
      throw misuse(`${excerpt(positionals[0])} is one argument too many`, 'Write unroll check for a cell of your own.');
    return { command, inputs, units, json };
  }
  if (command === 'train' && values.resume !== undefined) {
    const { resume, steps: _, ...others } = values;
    const engineFlags = ['backend', 'engine-variant', 'threads'];
    const foreign = Object.keys(others).find((key) => !engineFlags.includes(key));
    if (foreign)
      throw misuse(
        `--${foreign} cannot be changed when a run goes on`,
        'With --resume, give --steps, --backend, --engine-variant and --threads alone, or train a new run.',
      );
    const { choices, complaints } = choicesFromOptions(others);
    const [complaint] = complaints;
    if (complaint) throw misuse(complaint.reason, complaint.wayOut, `--${complaint.flag}`);
    if (positionals.length > 0)
      throw misuse(
        `${excerpt(positionals[0] ?? '')} is one argument too many`,
        'With --resume, the run knows its file.',
      );
    return {
      command: 'resume',
      run: resume ?? '',
      engine: choices.engine ?? {},
      steps: numberOption(values, 'steps', { min: 1, max: 10_000_000, whole: true }),
      json,
    };
  }
  const { choices, complaints } = choicesFromOptions(values);
  const [complaint] = complaints;
  if (complaint) throw misuse(complaint.reason, complaint.wayOut, `--${complaint.flag}`);
  const file = only(positionals, 'a dataset file');
  return command === 'train'
    ? { command, file, choices, out: values.out, name: values.name, model: values.model, json }
    : { command, file, choices, json };
}

function split(command: Command, args: readonly string[]) {
  const flags = [
    ...ownOptions[command],
    ...(command === 'train' || command === 'inspect' ? options().map(({ flag }) => flag) : []),
  ];
  const { tokens } = parseArgs({
    args: [...args],
    // Its own complaints take a negative number for an option, and are no sentences.
    strict: false,
    tokens: true,
    options: {
      json: { type: 'boolean' },
      ...Object.fromEntries(flags.map((flag) => [flag, { type: 'string' as const }])),
    },
  });
  const values: Record<string, string> = {};
  const positionals: string[] = [];
  let json = false;
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const { name, rawName, value } = token;
    if (name === 'json' && value === undefined) json = true;
    else if (name === 'json') throw misuse(`${rawName} takes no value`, 'Write it alone.');
    else if (!flags.includes(name)) throw unknownOption(command, rawName, flags);
    else if (value === undefined || isFlag(value, flags))
      throw misuse(`${rawName} needs a value`, `Write it behind the option, as in ${rawName}=VALUE.`);
    else values[name] = value;
  }
  return { values, positionals, json };
}

/** Whether what stands in a value's place is the next option. */
function isFlag(text: string, flags: readonly string[]): boolean {
  return text === '--json' || flags.some((flag) => text === `--${flag}` || text.startsWith(`--${flag}=`));
}

function unknownOption(command: Command, given: string, flags: readonly string[]): UserError {
  const wanted = given.replace(/^-+/, '');
  const byKey = options().find(({ key }) => key.toLowerCase() === wanted.replaceAll('-', '').toLowerCase())?.flag;
  const nearest =
    byKey ?? flags.find((flag) => wanted.length > 2 && (flag.startsWith(wanted) || wanted.startsWith(flag)));
  const guess = nearest && flags.includes(nearest) ? `Did you mean --${nearest}? ` : '';
  return misuse(`unroll ${command} has no option ${excerpt(given)}`, `${guess}unroll --help lists the options.`);
}

function only(positionals: readonly string[], what: string): string {
  const [first, second] = positionals;
  if (first === undefined)
    throw misuse(`${what[0]?.toUpperCase()}${what.slice(1)} is missing`, `Name ${what}; unroll --help shows how.`);
  if (second !== undefined)
    throw misuse(`${excerpt(second)} is one argument too many`, `Name ${what}; put a path with spaces in quotes.`);
  return first;
}

function numberOption(
  values: Readonly<Record<string, string>>,
  flag: string,
  { min, max, whole = false }: { min: number; max: number; whole?: boolean },
): number | undefined {
  const text = values[flag];
  if (text === undefined) return undefined;
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isFinite(value) && value >= min && value <= max && (!whole || Number.isInteger(value))) return value;
  throw misuse(
    `"${excerpt(text)}" is not a ${whole ? 'whole ' : ''}number from ${min} to ${max}`,
    'Give such a number.',
    `--${flag}`,
  );
}

function misuse(what: string, wayOut: string, where?: string): UserError {
  return new UserError({ what, wayOut, where });
}
