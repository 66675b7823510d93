import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../base/user-error';
import type { DatasetSource } from '../protocol/dataset';

/** A file or an editor's text to train on, and the folder that will hold its `.unroll`. */
export interface Material {
  readonly uri: vscode.Uri;
  readonly source: DatasetSource;
  readonly root: string;
}

/** The file that a command is about: the one it was called on, else the active editor's. */
export function targetOf(argument: unknown): vscode.Uri | undefined {
  if (argument instanceof vscode.Uri) {
    return argument;
  }
  // The tab first: behind a picture or another binary file VS Code may still name the text that was there before.
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const isFile =
    input instanceof vscode.TabInputText || (input instanceof vscode.TabInputCustom && input.viewType !== 'unroll.run');
  return isFile ? input.uri : vscode.window.activeTextEditor?.document.uri;
}

/** A dataset at `uri`. Throws as `sourceOf`. */
export async function materialOf(uri: vscode.Uri, storage: string): Promise<Material> {
  const source = await sourceOf(uri, 'Open a file and run "Unroll: Train on This File".');
  return { uri, root: rootOf(uri, storage), source };
}

/**
 * How the content at `uri` is had: from the disk, or from the editor where that has more than the disk.
 * Throws a `UserError`, with this way out, when the editor was closed.
 */
export async function sourceOf(uri: vscode.Uri, wayOut: string): Promise<DatasetSource> {
  const document = vscode.workspace.textDocuments.find((open) => open.uri.toString() === uri.toString());
  if (document && (document.isDirty || uri.scheme !== 'file')) {
    return { kind: 'text', name: nameOf(uri), text: document.getText() };
  }
  if (uri.scheme === 'file') {
    return { kind: 'file', path: uri.fsPath };
  }
  if (uri.scheme === 'untitled') {
    throw new UserError({ what: `The editor ${nameOf(uri)} was closed without saving`, wayOut });
  }
  const opened = await vscode.workspace.openTextDocument(uri);
  return { kind: 'text', name: nameOf(uri), text: opened.getText() };
}

export function nameOf(uri: vscode.Uri): string {
  return uri.path.split('/').at(-1) || uri.path;
}

/** The workspace folder of the file, or the file's own; the extension's storage for what is on no disk. */
function rootOf(uri: vscode.Uri, storage: string): string {
  const folder = vscode.workspace.getWorkspaceFolder(uri);
  if (folder?.uri.scheme === 'file') {
    return folder.uri.fsPath;
  }
  if (uri.scheme === 'file') {
    return dirname(uri.fsPath);
  }
  const first = vscode.workspace.workspaceFolders?.find((workspace) => workspace.uri.scheme === 'file');
  return first?.uri.fsPath ?? storage;
}

/** Every folder that may hold runs: of the workspace, beside open files, and the extension's storage. */
export function runRoots(storage: string): readonly string[] {
  const folders = (vscode.workspace.workspaceFolders ?? [])
    .filter(({ uri }) => uri.scheme === 'file')
    .map(({ uri }) => uri.fsPath);
  const beside = vscode.workspace.textDocuments
    .filter(({ uri }) => uri.scheme === 'file' && !vscode.workspace.getWorkspaceFolder(uri))
    .map(({ uri }) => dirname(uri.fsPath));
  return [...new Set([...folders, ...beside, storage, join(storage, 'examples')])];
}
