import * as vscode from 'vscode';
import type { FileKind } from '../protocol/panel';

/** Asks for a file by the editor's own dialog; undefined when the person left it. */
export async function chooseFile({ name, endings }: FileKind): Promise<string | undefined> {
  const chosen = await vscode.window.showOpenDialog({
    canSelectMany: false,
    title: name,
    openLabel: 'Choose',
    filters: { [name]: [...endings], 'All files': ['*'] },
  });
  return chosen?.[0]?.fsPath;
}
