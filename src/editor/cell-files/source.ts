import { isAbsolute, join } from 'node:path';
import * as vscode from 'vscode';
import type { CellText } from '../../protocol/worker';
import { isBuiltin } from '../flow/proposal-items';
import { nameOf, sourceOf } from '../sources';

export const cellLanguage = 'unroll-cell';

/** A cell as a worker takes it: a name or a path, and the text where an editor has another than the disk. */
export interface ChosenCell {
  readonly choice: string;
  readonly text: CellText | undefined;
  /** Undefined for a cell of Unroll. */
  readonly uri: vscode.Uri | undefined;
}

/** How a cell's file is remembered as a choice: by its path, or by its address where it is on no disk. */
export function choiceOf(uri: vscode.Uri): string {
  return uri.scheme === 'file' ? uri.fsPath : uri.toString();
}

/** Where a choice is to be found; a path is relative to the folder. Undefined for a cell of Unroll. */
export function cellUri(choice: string, root: string): vscode.Uri | undefined {
  if (isBuiltin(choice)) {
    return undefined;
  }
  // One letter before a colon is a drive.
  if (/^[a-z][a-z\d+.-]+:/i.test(choice)) {
    return vscode.Uri.parse(choice);
  }
  return vscode.Uri.file(isAbsolute(choice) ? choice : join(root, choice));
}

/** Throws a `UserError` when the editor that held the cell was closed. */
export async function chosenCell(choice: string, root: string): Promise<ChosenCell> {
  const uri = cellUri(choice, root);
  // A word that is neither is told by the worker, which knows what it is near to.
  if (!uri || !(choice.toLowerCase().endsWith('.cell') || uri.scheme !== 'file')) {
    return { choice, text: undefined, uri };
  }
  const source = await sourceOf(uri, 'Write a cell with "Unroll: New Cell", or choose another.');
  if (source.kind === 'file') {
    return { choice: source.path, text: undefined, uri };
  }
  const name = nameOf(uri);
  return { choice: /\.cell$/i.test(name) ? name : `${name}.cell`, text: { name, text: source.text }, uri };
}

/** Whether what is at `uri` is a cell: by its name, or by the language of an editor. */
export function isCell(uri: vscode.Uri): boolean {
  return (
    /\.cell$/i.test(uri.path) ||
    vscode.workspace.textDocuments.some(
      (document) => document.languageId === cellLanguage && document.uri.toString() === uri.toString(),
    )
  );
}
