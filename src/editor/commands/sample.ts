import { randomInt } from 'node:crypto';
import * as vscode from 'vscode';
import { visible } from '../../base/visible';
import type { FileKind } from '../../protocol/panel';
import type { SampleRequest } from '../../protocol/run';
import { readRecord } from '../../runs';
import { fieldProblem, requestOf, type SampleField, samplesOf } from '../../samples';
import { chooseFile } from '../choose-file';
import { ask, back, type Frame, pick } from '../flow/quick-input';
import type { Studio } from '../studio';

/** Asks for what may be said before, and shows what the model makes. */
export async function sample(studio: Studio, folder: string): Promise<void> {
  const record = await readRecord(folder);
  const request = await askAll(
    `Sample ${visible(record.name)}`,
    samplesOf(record.dataset.task).fields(record.dataset, undefined),
  );
  if (!request) {
    return;
  }
  const options = { location: vscode.ProgressLocation.Notification, title: `Unroll: sampling ${visible(record.name)}` };
  // A new seed each time, or the same answers would bring the same text.
  const fresh = { ...request, seed: randomInt(2 ** 32) };
  const result = await vscode.window.withProgress(options, () => studio.work.sample(folder, fresh));
  studio.hosts.push({ folder, asked: [result] });
  // A page in sight shows it, and nothing comes in front of that page.
  if (!studio.hosts.visible(folder)) {
    await studio.samples.show(record.name, result);
  }
}

async function askAll(title: string, all: readonly SampleField[]): Promise<SampleRequest | undefined> {
  const answers = all.map(({ value }) => value);
  let index = 0;
  while (index < all.length) {
    const field = all[index];
    if (!field) {
      break;
    }
    const frame = { title, step: [index + 1, all.length] as const, canGoBack: index > 0 };
    const answer = field.file
      ? await askForFile(frame, field, field.file)
      : await ask(frame, answers[index] ?? '', field.question, (text) => fieldProblem(field, text));
    if (answer === undefined) {
      return undefined;
    }
    if (answer === back) {
      index--;
    } else {
      answers[index++] = answer;
    }
  }
  return requestOf(all, answers);
}

/** What is held out, or a file of one's own. */
async function askForFile(
  frame: Frame,
  { label, hint = '' }: SampleField,
  kind: FileKind,
): Promise<string | typeof back | undefined> {
  const heldOut = { label: 'What was held out', description: 'some of the validation part' };
  const own = { label: `$(folder-opened) ${label}…`, description: hint };
  const chosen = await pick(frame, [heldOut, own]);
  if (chosen === undefined || chosen === back) {
    return chosen;
  }
  return chosen === own ? chooseFile(kind) : '';
}
