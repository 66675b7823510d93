import type { EngineConfiguration, ModelConfiguration, TrainingConfiguration } from '../../configuration/run';

const sections = ['model', 'training', 'engine'] as const;

/** A value of a run that a person can set, as package.json describes its setting (generated from the run's schema). */
export interface Field {
  readonly section: (typeof sections)[number];
  readonly key: keyof ModelConfiguration | keyof TrainingConfiguration | keyof EngineConfiguration;
  readonly type: 'integer' | 'number' | 'string';
  readonly default: number | string;
  readonly description: string;
  readonly options: readonly string[] | undefined;
  readonly minimum: number | undefined;
  readonly exclusiveMinimum: number | undefined;
  readonly maximum: number | undefined;
}

interface SettingProperty {
  readonly type?: unknown;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly examples?: readonly string[];
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly markdownDescription?: string;
}

/** The fields among the settings of the manifest, in their order. */
export function fieldsOf(properties: Readonly<Record<string, unknown>>): readonly Field[] {
  return Object.entries(properties).flatMap(([name, value]) => {
    const [, first, key] = name.split('.');
    const section = sections.find((one) => one === first);
    if (!section) {
      return [];
    }
    const property = value as SettingProperty;
    return {
      section,
      key: key as Field['key'],
      type: property.type as Field['type'],
      default: property.default as Field['default'],
      description: (property.markdownDescription ?? '').replace(/^Default of new runs: |\.$/g, ''),
      // A cell may be a file as well, which has its own question.
      options: property.enum ?? property.examples,
      minimum: property.minimum,
      exclusiveMinimum: property.exclusiveMinimum,
      maximum: property.maximum,
    };
  });
}

/** What is wrong with `text` as a value of the field; undefined when nothing is. */
export function problemOf(field: Field, text: string): string | undefined {
  const trimmed = text.trim();
  if (field.options) {
    return field.options.includes(trimmed) ? undefined : `One of: ${field.options.join(', ')}`;
  }
  const value = Number(trimmed);
  if (trimmed === '' || !Number.isFinite(value)) {
    return `A number is needed, such as ${field.default}`;
  }
  if (field.type === 'integer' && !Number.isInteger(value)) {
    return 'A whole number is needed';
  }
  const { minimum = Number.NEGATIVE_INFINITY, exclusiveMinimum = Number.NEGATIVE_INFINITY } = field;
  if (value < minimum) {
    return `At least ${minimum}`;
  }
  if (value <= exclusiveMinimum) {
    return `More than ${exclusiveMinimum}`;
  }
  return field.maximum !== undefined && value > field.maximum ? `At most ${field.maximum}` : undefined;
}

/** The value of a text that has no problem. */
export function parsed(field: Field, text: string): number | string {
  return field.type === 'string' ? text.trim() : Number(text.trim());
}

/** "learningRate" → "Learning rate". */
export function fieldLabel({ key }: Pick<Field, 'key'>): string {
  const words = key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
