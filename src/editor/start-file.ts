import * as vscode from 'vscode';
import { trainAsProposed } from './commands/train';
import { showFailure } from './messages';
import type { Studio } from './studio';

/** Set by `npm start`: a file to open and train on as soon as the editor is there. */
const variable = 'UNROLL_START_FILE';

export async function openStartFile(studio: Studio): Promise<void> {
  const path = process.env[variable];
  if (!path) {
    return;
  }
  // Windows that are opened later from this process are no start.
  delete process.env[variable];
  const file = vscode.Uri.file(path);
  try {
    await vscode.window.showTextDocument(file, { preview: false });
    await trainAsProposed(studio, file);
  } catch (error) {
    await showFailure(studio.log, { error, file });
  }
}
