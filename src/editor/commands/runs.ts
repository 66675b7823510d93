import * as vscode from 'vscode';
import { visible } from '../../base/visible';
import { ask } from '../flow/quick-input';
import { plain } from '../messages';
import type { Studio } from '../studio';

export async function renameRun({ list, work }: Studio, folder: string): Promise<void> {
  const name = list.of(folder)?.record.name ?? '';
  const answer = await ask(
    { title: `Rename ${visible(name)}`, canGoBack: false },
    name,
    'New name of the run',
    (text) => (text.trim() === '' ? 'A name is needed' : text.length > 120 ? 'At most 120 characters' : undefined),
  );
  if (typeof answer === 'string' && answer.trim() !== name) {
    await work.rename(folder, answer.trim());
    await list.reread(folder);
  }
}

/** Deletes a run after a question: to the trash, or for good where there is none. */
export async function deleteRun(studio: Studio, folder: string): Promise<void> {
  const { list, trainings, hosts, current } = studio;
  const ownName = list.of(folder)?.record.name ?? folder;
  const name = plain(ownName);
  const training = trainings.of(folder);
  const detail = training ? 'It is being trained, which stops first.' : 'Its weights, metrics and samples go with it.';
  if (!(await confirmed(`Delete the run "${name}"?`, detail, 'Delete'))) {
    return;
  }
  await training?.stop();
  const uri = vscode.Uri.file(folder);
  try {
    await vscode.workspace.fs.delete(uri, { recursive: true, useTrash: true });
  } catch {
    const sure = await confirmed(`There is no trash here. Delete "${name}" for good?`, '', 'Delete Permanently');
    if (!sure) {
      return;
    }
    await vscode.workspace.fs.delete(uri, { recursive: true, useTrash: false });
  }
  if (current.folder === folder) {
    current.set(undefined);
  }
  const isShared = list.entries.some((other) => other.folder !== folder && other.record.name === ownName);
  hosts.gone(folder, isShared ? undefined : ownName);
  await list.refresh();
}

async function confirmed(question: string, detail: string, button: string): Promise<boolean> {
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, button)) === button;
}

/** Shows the folder in the system's file manager, or in the explorer where the files are elsewhere. */
export async function revealRun(folder: string): Promise<void> {
  await revealFolder(vscode.Uri.joinPath(vscode.Uri.file(folder), 'run.json'));
}

/** @param file one within the folder */
export async function revealFolder(file: vscode.Uri): Promise<void> {
  const uri = vscode.Uri.joinPath(file, '..');
  if (vscode.env.uiKind === vscode.UIKind.Desktop && vscode.env.remoteName === undefined) {
    await vscode.commands.executeCommand('revealFileInOS', uri);
  } else if (vscode.workspace.getWorkspaceFolder(uri)) {
    await vscode.commands.executeCommand('revealInExplorer', file);
  } else if ((await vscode.window.showInformationMessage(`The folder is ${uri.fsPath}`, 'Copy Path')) === 'Copy Path') {
    await vscode.env.clipboard.writeText(uri.fsPath);
  }
}
