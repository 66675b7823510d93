import * as vscode from 'vscode';
import type { Studio } from '../studio';
import { examplesOf } from './example-list';
import { dataFolder, writeBeside } from './own-files';

/** Lets the person choose an example and opens a copy, in the workspace where there is one; gives where it is. */
export async function openExample({ extensionUri, storage }: Studio): Promise<vscode.Uri | undefined> {
  const folder = vscode.Uri.joinPath(extensionUri, 'examples');
  const chosen = await vscode.window.showQuickPick(await examplesIn(folder), {
    title: 'Open example',
    placeHolder: 'A copy is opened, to train on or to change',
    matchOnDetail: true,
  });
  if (!chosen) {
    return undefined;
  }
  const content = await vscode.workspace.fs.readFile(vscode.Uri.joinPath(folder, chosen.file));
  const copy = await writeBeside(await dataFolder(storage), chosen.file, content);
  // By whatever shows such files: a text, or a picture that moves.
  await vscode.commands.executeCommand('vscode.open', copy, { preview: false });
  return copy;
}

async function examplesIn(folder: vscode.Uri) {
  const readme = await vscode.workspace.fs.readFile(vscode.Uri.joinPath(folder, 'README.md'));
  return examplesOf(Buffer.from(readme).toString()).map(({ file, size, holds, goodFor }) => ({
    label: file,
    description: `${size} · ${goodFor}`,
    detail: holds,
    file,
  }));
}
