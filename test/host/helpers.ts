import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';

/** The extension under test, activated. */
export async function activatedExtension(): Promise<vscode.Extension<unknown>> {
  const extension = vscode.extensions.getExtension('unroll.unroll');
  if (!extension) throw new Error('The extension is not loaded in this host.');
  await extension.activate();
  return extension;
}

/** The folder that is open: a fresh one, with a copy of `examples/`. */
export function workspaceFolder(): string {
  const folder = vscode.workspace.workspaceFolders?.[0];
  if (!folder) throw new Error('The host was started without a folder.');
  return folder.uri.fsPath;
}

/** Writes a file into the open folder, with the folders on its way. */
export async function workspaceFile(name: string, content: string | Uint8Array): Promise<vscode.Uri> {
  const path = join(workspaceFolder(), name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  return vscode.Uri.file(path);
}

/** Shows a file of the open folder in an editor. */
export async function show(uri: vscode.Uri): Promise<vscode.TextEditor> {
  return vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri));
}

/** Shows an untitled document. */
export async function showUntitled(content: string, language = 'plaintext'): Promise<vscode.TextEditor> {
  return vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ content, language }));
}

export const closeAllEditors = () => vscode.commands.executeCommand('workbench.action.closeAllEditors');

/** The next event that fulfils the condition; rejects after the time, with what was waited for. */
export function next<T>(
  event: vscode.Event<T>,
  what: string,
  condition: (value: T) => boolean = () => true,
  milliseconds = 30_000,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      subscription.dispose();
      reject(new Error(`Waited ${milliseconds} ms in vain for ${what}.`));
    }, milliseconds);
    const subscription = event((value) => {
      if (!condition(value)) return;
      clearTimeout(timer);
      subscription.dispose();
      resolve(value);
    });
  });
}

/**
 * The first value that is not undefined, looked for again and again: for what is on the disk, since VS Code's watcher
 * of files may begin late and tells nothing that was before. Rejects after the time, with what was waited for.
 */
export async function found<T>(what: string, look: () => Promise<T | undefined>, milliseconds = 30_000): Promise<T> {
  const until = Date.now() + milliseconds;
  for (;;) {
    const value = await look();
    if (value !== undefined) return value;
    if (Date.now() > until) throw new Error(`Waited ${milliseconds} ms in vain for ${what}.`);
    await delay(20);
  }
}

/** Every tab that is open, over all groups. */
export const openTabs = (): readonly vscode.Tab[] => vscode.window.tabGroups.all.flatMap((group) => group.tabs);

/** Resolves when a webview panel of this type is open; at once when it is already. */
export async function webviewOpened(viewType: string): Promise<vscode.Tab> {
  const find = () =>
    openTabs().find(({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith(viewType));
  const open = find();
  if (open) return open;
  await next(
    vscode.window.tabGroups.onDidChangeTabs,
    `a webview panel of type ${viewType}`,
    () => find() !== undefined,
  );
  return webviewOpened(viewType);
}
