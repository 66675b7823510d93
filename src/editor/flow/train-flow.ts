import * as vscode from 'vscode';
import { visible } from '../../base/visible';
import type { Reading } from '../../configuration/run';
import type { DatasetReport, DatasetSource } from '../../protocol/dataset';
import { type CellFiles, chooseCell } from './choose-cell';
import { chooseEngine, type NativeEngine } from './choose-engine';
import type { Draft, Preferences } from './draft';
import { engineOf, modelOf } from './draft';
import { engineLabels } from './engine-items';
import type { Field } from './fields';
import { fieldLabel, parsed, problemOf } from './fields';
import { fieldChoices, sizeChoices, summary, taskChoices, valueNow } from './proposal-items';
import { ask, back, type Frame, pick, pickSeveral } from './quick-input';
import type { ReadingItem } from './reading-item';
import { readingItems } from './reading-items';

export interface FlowServices {
  readonly fields: readonly Field[];
  readonly cellFiles: CellFiles;
  readonly native: NativeEngine;
  /** Reads the file in another way, showing that it is at work; undefined when that failed and was told, or cancelled. */
  inspect(source: DatasetSource, reading: Partial<Reading>): Promise<Inspected | undefined>;
}

/** A report, and the reading that led to it. */
export interface Inspected {
  readonly report: DatasetReport;
  readonly reading: Partial<Reading>;
}

/** What a training is to have before anything is asked. */
export type Beforehand = Partial<Pick<Draft, 'model' | 'startModel'>>;

type Move = 'next' | 'back' | 'leave';

/** A step asks, and says where to go and with which draft. */
type Step = (draft: Draft, frame: Frame, services: FlowServices) => Promise<readonly [Move, Draft]>;

const stepsOfAll: readonly Step[] = [chooseTask, chooseCell, chooseSize, confirm];
const stepsWithModel: readonly Step[] = [chooseTask, confirm];

/**
 * Asks how to train on a file: what to learn, with which cell, of which size, and whether to start. Every list has the
 * proposal first, so that Enter all the way trains with it. Undefined when the person left.
 *
 * @param chosen what is chosen beforehand
 */
export async function trainFlow(
  source: DatasetSource,
  { report, reading }: Inspected,
  preferences: Preferences,
  services: FlowServices,
  { model = {}, startModel }: Beforehand = {},
): Promise<Draft | undefined> {
  const steps = startModel === undefined ? stepsOfAll : stepsWithModel;
  let draft: Draft = { source, report, reading, preferences, model, startModel, training: {}, engine: {} };
  let index = 0;
  while (index < steps.length) {
    const step = steps[index];
    if (!step) {
      break;
    }
    const frame: Frame = {
      title: `Train on ${visible(draft.report.name)}`,
      step: [index + 1, steps.length],
      canGoBack: index > 0,
    };
    const [move, next] = await step(draft, frame, services);
    if (move === 'leave') {
      return undefined;
    }
    draft = next;
    index += move === 'next' ? 1 : -1;
  }
  return draft;
}

async function chooseTask(draft: Draft, frame: Frame, services: FlowServices): Promise<readonly [Move, Draft]> {
  let now = draft;
  for (;;) {
    const tasks = taskChoices(now).map((choice) => ({ ...choice, change: undefined }));
    const changes = readingItems(now.report).map((item) => ({
      label: `$(edit) ${item.label}`,
      description: item.now,
      value: undefined,
      change: item,
    }));
    const warnings = now.report.warnings.map((warning) => ({
      label: `$(warning) ${visible(warning)}`,
      value: undefined,
      change: undefined,
    }));
    const group = <T extends object>(label: string, items: readonly T[]) =>
      items.length > 0
        ? [{ label, kind: vscode.QuickPickItemKind.Separator, value: undefined, change: undefined }, ...items]
        : [];
    const chosen = await pick({ ...frame, placeholder: 'What shall the network learn?' }, [
      ...tasks,
      ...group('How the file is read', changes),
      ...group('What was noticed in it', warnings),
    ]);
    if (chosen === undefined || chosen === back) {
      return [chosen === back ? 'back' : 'leave', now];
    }
    if (chosen.value === now.report.task) {
      return ['next', now];
    }
    if (warnings.some((warning) => warning === chosen)) {
      continue;
    }
    const change = chosen.value ? { task: chosen.value } : chosen.change && (await changeReading(chosen.change, frame));
    if (change === undefined) {
      return ['leave', now];
    }
    if (change !== back) {
      now = await reread(now, change, services);
    }
  }
}

async function reread(draft: Draft, change: Partial<Reading>, services: FlowServices): Promise<Draft> {
  const inspected = await services.inspect(draft.source, { ...draft.reading, ...change });
  return inspected ? { ...draft, ...inspected } : draft;
}

async function changeReading(item: ReadingItem, { title }: Frame): Promise<Partial<Reading> | typeof back | undefined> {
  const frame: Frame = { title: `${title}: ${item.label}`, canGoBack: true };
  const { typed } = item;
  if (typed) {
    const text = await ask(frame, item.now, typed.prompt, (now) => typed.problem(now));
    return text === undefined || text === back ? text : { [item.key]: typed.read(text) };
  }
  if (item.several) {
    const chosen = await pickSeveral(
      { ...frame, placeholder: item.key === 'group' ? 'What tells series apart' : 'What the network sees' },
      [...item.options],
    );
    return chosen === undefined || chosen === back ? chosen : { [item.key]: chosen.map(({ value }) => value) };
  }
  const options = [...item.options];
  const chosen = await pick(
    frame,
    options,
    options.find(({ picked }) => picked),
  );
  return chosen === undefined || chosen === back ? chosen : { [item.key]: chosen.value };
}

async function chooseSize(draft: Draft, frame: Frame): Promise<readonly [Move, Draft]> {
  const chosen = await pick({ ...frame, placeholder: 'How large a network?' }, sizeChoices(draft));
  if (chosen === undefined || chosen === back) {
    return [chosen === back ? 'back' : 'leave', draft];
  }
  return ['next', { ...draft, model: { ...draft.model, ...chosen.value } }];
}

async function confirm(draft: Draft, frame: Frame, services: FlowServices): Promise<readonly [Move, Draft]> {
  let now = draft;
  for (;;) {
    const start = { label: '$(play) Train', detail: summary(now, services.fields) };
    const change = { label: '$(settings-gear) Change settings…', description: 'steps, learning rate, seed and more' };
    const engine = {
      label: '$(server-process) Change engine…',
      description: engineLabels[engineOf(now).backend ?? 'auto'],
    };
    const chosen = await pick({ ...frame, placeholder: 'Start?' }, [start, change, engine]);
    if (chosen === undefined || chosen === back) {
      return [chosen === back ? 'back' : 'leave', now];
    }
    if (chosen === start) {
      return ['next', now];
    }
    const changed = await (chosen === change ? changeSettings : changeEngine)(now, frame, services);
    if (changed === undefined) {
      return ['leave', now];
    }
    now = changed;
  }
}

async function changeEngine(draft: Draft, { title }: Frame, { native }: FlowServices): Promise<Draft | undefined> {
  const frame = { title: `${title}: engine`, canGoBack: true, placeholder: 'What is to compute?' };
  const backend = await chooseEngine(frame, engineOf(draft).backend ?? 'auto', native);
  return backend === back ? draft : backend && { ...draft, engine: { ...draft.engine, backend } };
}

/** Lets values be changed until the person goes back; undefined when the person left. */
async function changeSettings(draft: Draft, { title }: Frame, services: FlowServices): Promise<Draft | undefined> {
  let now = draft;
  for (;;) {
    const done = { label: '$(check) Done', value: undefined };
    const chosen = await pick(
      { title: `${title}: settings`, canGoBack: true, placeholder: 'Choose a value to change it' },
      [done, ...fieldChoices(now, services.fields)],
    );
    if (chosen === undefined) {
      return undefined;
    }
    if (chosen === back || chosen.value === undefined) {
      return now;
    }
    const changed = await changeField(now, chosen.value, title, services);
    if (changed === undefined) {
      return undefined;
    }
    now = changed;
  }
}

async function changeField(
  draft: Draft,
  field: Field,
  title: string,
  { fields }: FlowServices,
): Promise<Draft | undefined> {
  const frame: Frame = { title: `${title}: ${fieldLabel(field)}`, canGoBack: true };
  const current = String(valueNow(draft, fields, field.key));
  let text: string | typeof back | undefined;
  if (field.options) {
    const items = field.options.map((label) => ({ label }));
    const chosen = await pick(
      frame,
      items,
      items.find(({ label }) => label === current),
    );
    text = chosen === undefined || chosen === back ? chosen : chosen.label;
  } else {
    text = await ask(frame, current, field.description, (value) => problemOf(field, value));
  }
  if (text === undefined) {
    return undefined;
  }
  if (text === back) {
    return draft;
  }
  const part = { [field.key]: parsed(field, text) };
  const { section } = field;
  return section === 'model'
    ? { ...draft, model: { ...modelOf(draft), ...part } }
    : { ...draft, [section]: { ...draft[section], ...part } };
}
