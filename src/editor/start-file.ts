import * as vscode from 'vscode';
import { trainAsProposed } from './commands/train';
import { showFailure } from './messages';
import type { Studio } from './studio';

/** Set by `npm start`: a file to open and train on as soon as the editor is there. */
const variable = 'UNROLL_START_FILE';
const key = 'unroll.started';

export async function openStartFile(studio: Studio): Promise<void> {
  const path = process.env[variable];
  if (!path) {
    return;
  }
  // A window that is reloaded has the variable still, from the same parent process, but is no start.
  const start = `${process.ppid} ${path}`;
  if (studio.memory.get(key) === start) {
    return;
  }
  await studio.memory.update(key, start);
  const file = vscode.Uri.file(path);
  try {
    await vscode.window.showTextDocument(file, { preview: false });
    await trainAsProposed(studio, file);
  } catch (error) {
    await showFailure(studio.log, { error, file });
  }
}
