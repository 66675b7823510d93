import { z } from 'zod';
import { engineSchema, modelSchema, type RunChoices, readingSchema, trainingSchema } from './run';

/** An option of the command line, as the schema has it. */
export interface Option {
  readonly flag: string;
  readonly group: keyof typeof groups;
  readonly key: string;
  readonly kind: 'number' | 'text' | 'list';
  readonly values: readonly string[] | undefined;
  readonly default: unknown;
  readonly description: string;
}

const groups = { reading: readingSchema, model: modelSchema, training: trainingSchema, engine: engineSchema };

interface PropertySchema {
  readonly type?: string;
  readonly enum?: readonly string[];
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
        kind: property.type === 'array' ? 'list' : property.type === 'string' || property.enum ? 'text' : 'number',
        values: property.enum,
        default: property.default,
        description: property.description ?? '',
      }),
    );
  });
}

/** What is wrong with a choice: the option and why. */
export interface Complaint {
  readonly flag: string;
  readonly reason: string;
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
    if (!checked.success) complaints.push({ flag: option.flag, reason: reasonOf(option, text, checked.error) });
  }
  return { choices: choices as RunChoices, complaints };
}

function readValue({ kind }: Option, text: string): unknown {
  if (kind === 'list') return text.split(',').map((part) => part.trim());
  if (kind === 'text') return text === '\\t' ? '\t' : text;
  return text.trim() === '' ? Number.NaN : Number(text);
}

function reasonOf({ values, kind }: Option, text: string, error: z.ZodError): string {
  if (values) return `"${text}" is not one of ${values.map((value) => (value === '\t' ? '\\t' : value)).join(', ')}`;
  if (kind === 'number' && Number.isNaN(Number(text))) return `"${text}" is not a number`;
  return `"${text}": ${error.issues[0]?.message ?? 'not valid'}`;
}
