import { z } from 'zod';
import { excerpt } from '../base/visible';
import { engineSchema, modelSchema, type RunChoices, readingSchema, trainingSchema } from './run';

/** An option of the command line, as the schema has it. */
export interface Option {
  readonly flag: string;
  readonly group: keyof typeof groups;
  readonly key: string;
  readonly kind: 'number' | 'text' | 'list' | 'numbers';
  readonly values: readonly string[] | undefined;
  /** Texts that it knows, where it takes others as well. */
  readonly examples: readonly string[] | undefined;
  readonly default: unknown;
  readonly description: string;
  /** What a number must be: "a whole number from 1 to 4". */
  readonly range: string;
}

const groups = { reading: readingSchema, model: modelSchema, training: trainingSchema, engine: engineSchema };

interface PropertySchema {
  readonly type?: string;
  readonly items?: { readonly type?: string };
  readonly enum?: readonly string[];
  readonly examples?: readonly string[];
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly default?: unknown;
  readonly description?: string;
  readonly flag?: string;
}

/** Every option of a run. */
export function options(): Option[] {
  return (Object.keys(groups) as (keyof typeof groups)[]).flatMap((group) => {
    const { properties = {} } = z.toJSONSchema(groups[group], { io: 'input' }) as {
      properties?: Record<string, PropertySchema>;
    };
    return Object.entries(properties).map(
      ([key, property]): Option => ({
        flag: property.flag ?? key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
        group,
        key,
        kind:
          property.type === 'array'
            ? listKind(property)
            : property.type === 'string' || property.enum
              ? 'text'
              : 'number',
        values: property.enum,
        examples: property.examples,
        default: property.default,
        description: property.description ?? '',
        range: rangeOf(property),
      }),
    );
  });
}

const listKind = ({ items }: PropertySchema) => (items?.type === 'number' ? 'numbers' : 'list');

function rangeOf({ type, minimum, exclusiveMinimum, maximum }: PropertySchema): string {
  const low = exclusiveMinimum === undefined ? `from ${minimum}` : `above ${exclusiveMinimum}`;
  const high = exclusiveMinimum === undefined ? ` to ${maximum}` : `, at most ${maximum}`;
  return `a ${type === 'integer' ? 'whole ' : ''}number ${low}${maximum === undefined ? '' : high}`;
}

/** What is wrong with a choice: the option, why, and what it takes. */
export interface Complaint {
  readonly flag: string;
  readonly reason: string;
  readonly wayOut: string;
}

/** Choices from the texts of a command line, checked against the schema; all complaints at once. */
export function choicesFromOptions(given: Readonly<Record<string, string>>): {
  readonly choices: RunChoices;
  readonly complaints: readonly Complaint[];
} {
  const choices: Record<string, Record<string, unknown>> = {};
  const complaints: Complaint[] = [];
  for (const option of options()) {
    const text = given[option.flag];
    if (text === undefined) continue;
    const value = readValue(option, text);
    const own = choices[option.group] ?? {};
    choices[option.group] = own;
    own[option.key] = value;
    const checked = groups[option.group].safeParse({ [option.key]: value });
    if (!checked.success) complaints.push(complaintOf(option, text, checked.error));
  }
  return { choices: choices as RunChoices, complaints };
}

function readValue({ kind }: Option, text: string): unknown {
  if (kind === 'numbers') return text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (kind === 'list') return text.split(',').map((part) => part.trim());
  if (kind === 'text') return text === '\\t' ? '\t' : text;
  return text.trim() === '' ? Number.NaN : Number(text);
}

/** A value as it can be seen: a tab and a space cannot. */
export function shownValue(value: unknown): string {
  return value === '\t' ? '\\t' : value === ' ' ? '" "' : String(value);
}

function complaintOf({ flag, kind, values, range }: Option, given: string, error: z.ZodError): Complaint {
  const text = excerpt(given);
  if (values) {
    const reason = `"${text}" is not one of its values`;
    return { flag, reason, wayOut: `Choose among: ${values.map(shownValue).join(' ')}.` };
  }
  if (kind === 'number') return { flag, reason: `"${text}" is not ${range}`, wayOut: 'Give such a number.' };
  if (kind === 'numbers')
    return { flag, reason: `"${text}" is not a list of levels between 0 and 1`, wayOut: 'Write it as in 0.1,0.5,0.9.' };
  const [issue] = error.issues;
  if (issue?.code === 'custom') return { flag, reason: issue.message, wayOut: String(issue.params?.wayOut) };
  return { flag, reason: `"${text}": ${issue?.message ?? 'not valid'}`, wayOut: 'Correct it.' };
}
