import * as vscode from 'vscode';
import { sentence } from '../base/user-error';
import { visible } from '../base/visible';
import type { Remedy, UserErrorData } from '../protocol/errors';
import { lineOf, readable } from './readable';
import { nameOf } from './sources';

export interface Button {
  readonly label: string;
  run(): unknown;
}

/** Where what went wrong belongs to. */
export interface Failure {
  readonly error: unknown;
  /** The file that was read, to open it at the line that the error names. */
  readonly file?: vscode.Uri | undefined;
  /** The cell's file, which the error may name instead. */
  readonly cell?: vscode.Uri | undefined;
  /** Tries again with other choices. */
  readonly retry?: ((choices: Remedy['choices']) => unknown) | undefined;
  /** What it can choose otherwise; absent: all. */
  readonly changes?: readonly (keyof Remedy['choices'])[];
  readonly buttons?: readonly Button[];
}

/** Text of a file for a message: visible, and without links, which a message would make of it. */
export function plain(text: string): string {
  // A bracket that stays open would make a link of all up to the next "](", which may be our own.
  return visible(text)
    .replaceAll('](', '] (')
    .replaceAll(/\[(?=[^\]]*$)/g, '\uff3b');
}

/** Tells the person once what failed, with the ways out as buttons; a bug goes to the log as well. */
export async function showFailure(log: vscode.LogOutputChannel, failure: Failure): Promise<void> {
  const { error, buttons = [] } = failure;
  const data = readable(error);
  log.error(error instanceof Error ? (error.stack ?? error.message) : sentence(data));
  await showMessage('error', plain(sentence(data)), [...remedies(data, failure), ...buttons]);
}

export async function showMessage(kind: 'info' | 'error', text: string, buttons: readonly Button[]): Promise<void> {
  const show = kind === 'error' ? vscode.window.showErrorMessage : vscode.window.showInformationMessage;
  const chosen = await show(text, ...buttons.map(({ label }) => label));
  await buttons.find(({ label }) => label === chosen)?.run();
}

function remedies({ actions = [], where }: UserErrorData, { file: dataset, cell, retry, changes }: Failure): Button[] {
  const suiting = actions.filter(({ choices }) => !changes || changes.some((one) => one in choices));
  const line = lineOf(where);
  const file = cell && where?.startsWith(`${visible(nameOf(cell))}, `) ? cell : dataset;
  return [
    ...(retry
      ? suiting.map(({ label, command, choices }) => ({
          label,
          run: async () =>
            (command === undefined || (await vscode.commands.executeCommand(command)) === true) && retry(choices),
        }))
      : []),
    // Three buttons push the message's source aside, and the text names the line.
    ...(file && line !== undefined && suiting.length < 2
      ? [{ label: `Open File at Line ${line + 1}`, run: () => openAt(file, line) }]
      : []),
  ];
}

async function openAt(file: vscode.Uri, line: number): Promise<void> {
  await vscode.window.showTextDocument(file, { selection: new vscode.Range(line, 0, line, 0) });
}
