import * as vscode from 'vscode';
import { cellLanguage } from './source';
import template from './template.cell?raw';

/** Opens a cell to start from, which is not saved yet. */
export async function newCell(): Promise<void> {
  const document = await vscode.workspace.openTextDocument({ language: cellLanguage, content: template });
  // The name is what a person changes first.
  const name = document.positionAt(template.indexOf('my-cell'));
  const selection = new vscode.Range(name, name.translate(0, 'my-cell'.length));
  await vscode.window.showTextDocument(document, { preview: false, selection });
}

/** Lets the person choose a `.cell` file; undefined when they left. */
export async function chooseCellFile(): Promise<vscode.Uri | undefined> {
  const chosen = await vscode.window.showOpenDialog({
    title: 'Choose a cell',
    openLabel: 'Choose',
    filters: { Cell: ['cell'] },
  });
  return chosen?.[0];
}
