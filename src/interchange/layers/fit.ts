import { UserError } from '../../base/user-error';
import { excerpt, visible } from '../../base/visible';
import { type ModelConfiguration, modelSchema, type RunChoices } from '../../configuration/run';
import { modelKeysOfTasks } from '../../configuration/suits';
import type { ModelSpec } from '../../models/parameters';
import type { Encoding } from '../../tasks';
import { vocabulariesOf } from './encoding';
import { embeddingOf, isBidirectional, unitsOf } from './place';
import type { ReadModel } from './read';

type Choices = NonNullable<RunChoices['model']>;

const flags: Readonly<Partial<Record<keyof ModelConfiguration, string>>> = { embeddingSize: 'embedding' };

/**
 * What of a run's model follows from a model that was read, but the cell.
 *
 * @throws UserError when something else was chosen, or Unroll's layers are never so large
 */
export function modelChoices(model: ReadModel, chosen: Choices): Choices {
  const own: Choices = {
    units: unitsOf(model),
    layers: model.layers.length,
    direction: isBidirectional(model) ? 'both' : 'forward',
    ...(model.pooling && { pooling: model.pooling }),
    ...(model.input.kind === 'tokens' && { embeddingSize: embeddingOf(model) }),
  };
  for (const [name, value] of Object.entries(own)) {
    const key = name as keyof ModelConfiguration;
    const given = chosen[key];
    const isOpen =
      given === undefined || (key === 'pooling' && given === 'auto') || (key === 'embeddingSize' && given === 0);
    if (!isOpen && given !== value) throw contradiction(model, flags[key] ?? key, String(given), String(value));
  }
  if (!modelSchema.safeParse(own).success)
    throw new UserError({
      what: `The model has layers of ${own.units} units${own.embeddingSize ? `, and vectors of ${own.embeddingSize} numbers for tokens` : ''}`,
      where: visible(model.file),
      wayOut: 'Choose a model of up to 4096 of either.',
    });
  return own;
}

export function contradiction(model: ReadModel, flag: string, given: string, value: string): UserError {
  return new UserError({
    what: `The model has ${flag} ${value}, and ${excerpt(given)} is asked for`,
    where: visible(model.file),
    wayOut: `Leave out --${flag}: with --model it is the model's.`,
  });
}

/**
 * Whether a model can go on learning from a dataset.
 *
 * @param spec what the dataset's task makes of the choices
 * @param name of the dataset
 * @throws UserError with both sizes when not
 */
export function checkFit(model: ReadModel, spec: ModelSpec, encoding: Encoding, name: string): void {
  const { task } = encoding;
  const dataset = visible(name);
  const misfit = (what: string, wayOut: string) => new UserError({ what, where: visible(model.file), wayOut });
  const other = 'Choose a dataset that is read as the model’s was, or another model.';
  if (spec.decoder) throw misfit('A translator has a decoder, and a model in the TF.js layers format none', other);
  const { input } = model;
  if (input.kind !== spec.input.kind)
    throw misfit(`The model reads ${input.kind}, and of ${dataset} the task ${task} reads ${spec.input.kind}`, other);
  const [reads, wanted] = [
    input.kind === 'tokens' ? (input.table.shape[0] ?? 0) : input.size,
    spec.input.kind === 'tokens' ? spec.input.vocabularySize : spec.input.size,
  ];
  if (reads !== wanted)
    throw misfit(
      input.kind === 'tokens'
        ? `The model knows ${reads} tokens, and ${dataset} has ${wanted}`
        : `The model reads ${reads} numbers a step, and ${dataset} has ${wanted}`,
      other,
    );
  const says = model.head.bias.length;
  if (says !== spec.outputs)
    throw misfit(`The model has ${says} outputs, and the task ${task} on ${dataset} needs ${spec.outputs}`, other);
  if (model.pooling !== spec.pooling) {
    const how = (pooling: string | undefined) => (pooling ? 'once for a whole sequence' : 'at each step');
    throw misfit(
      `The model says something ${how(model.pooling)}, and the task ${task} needs it ${how(spec.pooling)}`,
      other,
    );
  }
  if (isBidirectional(model) && !spec.bidirectional)
    throw misfit(
      `The model reads both ways, and the task ${task} forwards alone`,
      `Choose a task that reads whole sequences (${modelKeysOfTasks.direction?.join(', ')}), or a model that reads forwards.`,
    );
  checkVocabularies(model, encoding, misfit);
}

/** Of a model of Unroll's it is known what its numbers stand for. */
function checkVocabularies(
  { encoding: known }: ReadModel,
  encoding: Encoding,
  misfit: (what: string, wayOut: string) => UserError,
): void {
  if (!known) return;
  const [before, now] = [vocabulariesOf(known), vocabulariesOf({ ...encoding })];
  for (const [key, word] of [
    ['input', 'token'],
    ['outputs', 'output'],
  ] as const) {
    const [theirs, ours] = [before[key], now[key]];
    if (!theirs || !ours) continue;
    const at = ours.findIndex((label, index) => theirs[index] !== label);
    if (at < 0 && theirs.length === ours.length) continue;
    throw misfit(
      theirs.length === ours.length
        ? `The vocabularies have ${ours.length} entries each and differ: ${word} ${at} is "${excerpt(String(theirs[at]))}" to the model, and "${excerpt(String(ours[at]))}" in the dataset`
        : `The model has a vocabulary of ${theirs.length} entries, and the dataset one of ${ours.length}`,
      'Choose a dataset of the same vocabulary, or train a new model.',
    );
  }
}
