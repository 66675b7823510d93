import * as vscode from 'vscode';
import type { CellLanguage } from '../../protocol/language';
import { cellLanguage } from '../cell-files/source';
import { rangeOf } from './ranges';

/** After the last key. */
const pauseMilliseconds = 200;

/** Shows what is wrong in every cell that is open, as a person types. */
export function showProblems(language: CellLanguage): vscode.Disposable {
  const shown = vscode.languages.createDiagnosticCollection('unroll-cell');
  const waiting = new Map<string, NodeJS.Timeout>();
  const forget = ({ uri }: vscode.TextDocument) => {
    clearTimeout(waiting.get(uri.toString()));
    waiting.delete(uri.toString());
  };
  const check = (document: vscode.TextDocument) => {
    forget(document);
    if (document.languageId === cellLanguage && !document.isClosed) {
      shown.set(
        document.uri,
        language.problems(document.getText()).map(({ message, span }) => {
          const problem = new vscode.Diagnostic(rangeOf(document, span), message, vscode.DiagnosticSeverity.Error);
          problem.source = 'Unroll';
          return problem;
        }),
      );
    }
  };
  for (const document of vscode.workspace.textDocuments) {
    check(document);
  }
  return vscode.Disposable.from(
    shown,
    new vscode.Disposable(() => {
      for (const timer of waiting.values()) {
        clearTimeout(timer);
      }
    }),
    vscode.workspace.onDidOpenTextDocument(check),
    vscode.workspace.onDidChangeTextDocument(({ document }) => {
      if (document.languageId === cellLanguage) {
        forget(document);
        waiting.set(
          document.uri.toString(),
          setTimeout(() => check(document), pauseMilliseconds),
        );
      }
    }),
    vscode.workspace.onDidCloseTextDocument((document) => {
      forget(document);
      shown.delete(document.uri);
    }),
  );
}
