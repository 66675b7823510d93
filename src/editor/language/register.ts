import * as vscode from 'vscode';
import type { CellLanguage } from '../../protocol/language';
import { cellLanguage as id } from '../cell-files/source';
import { showProblems } from './diagnostics';
import { loadCellLanguage } from './load';
import { providers } from './providers';

/** Knows cells from the first one that is opened on; until then nothing of it is loaded. */
export function registerCellLanguage(): vscode.Disposable {
  const isCell = ({ languageId }: vscode.TextDocument) => languageId === id;
  const parts: vscode.Disposable[] = [];
  let language: CellLanguage | undefined;
  const begin = (document: vscode.TextDocument) => {
    if (language || !isCell(document)) {
      return;
    }
    language = loadCellLanguage();
    parts.push(providers(language), showProblems(language));
  };
  parts.push(vscode.workspace.onDidOpenTextDocument(begin));
  for (const document of vscode.workspace.textDocuments) {
    begin(document);
  }
  return new vscode.Disposable(() => vscode.Disposable.from(...parts).dispose());
}
