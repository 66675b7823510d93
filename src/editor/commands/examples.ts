import * as vscode from 'vscode';
import type { Studio } from '../studio';
import { examplesOf } from './example-list';

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
  const workspace = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file');
  const target = workspace?.uri ?? vscode.Uri.joinPath(vscode.Uri.file(storage), 'examples');
  await vscode.workspace.fs.createDirectory(target);
  const copy = await copyTo(
    target,
    chosen.file,
    await vscode.workspace.fs.readFile(vscode.Uri.joinPath(folder, chosen.file)),
  );
  await vscode.window.showTextDocument(copy, { preview: false });
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

/** Writes the file beside what is there: a copy with the same content is used again, another is never overwritten. */
async function copyTo(folder: vscode.Uri, name: string, content: Uint8Array): Promise<vscode.Uri> {
  const [stem, extension] = [name.replace(/\.[^.]*$/, ''), name.match(/\.[^.]*$/)?.[0] ?? ''];
  for (let number = 1; ; number++) {
    const uri = vscode.Uri.joinPath(folder, number === 1 ? name : `${stem}-${number}${extension}`);
    const present = await vscode.workspace.fs.readFile(uri).then(
      (bytes) => bytes,
      () => undefined,
    );
    if (present && Buffer.compare(present, content) === 0) {
      return uri;
    }
    if (!present) {
      await vscode.workspace.fs.writeFile(uri, content);
      return uri;
    }
  }
}
