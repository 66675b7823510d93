import * as vscode from 'vscode';
import type { LanguageSpan } from '../../protocol/language';

export const rangeOf = (document: vscode.TextDocument, { start, end }: LanguageSpan): vscode.Range =>
  new vscode.Range(document.positionAt(start), document.positionAt(end));
