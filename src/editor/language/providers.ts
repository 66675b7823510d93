import * as vscode from 'vscode';
import type { CellLanguage, LanguageKind, LanguageSymbol } from '../../protocol/language';
import { cellLanguage as id } from '../cell-files/source';
import { rangeOf } from './ranges';

type Place = readonly [document: vscode.TextDocument, position: vscode.Position];

/** What the language answers, as VS Code asks for it. */
export function providers(language: CellLanguage): vscode.Disposable {
  const { languages } = vscode;
  const at = ([document, position]: Place) => [document.getText(), document.offsetAt(position)] as const;
  return vscode.Disposable.from(
    languages.registerCompletionItemProvider(
      id,
      { provideCompletionItems: (document, position) => completions(language, document, position) },
      '(',
      ',',
      ':',
      ' ',
    ),
    languages.registerHoverProvider(id, {
      provideHover: (document, position) => {
        const found = language.hover(...at([document, position]), sizeFor(document));
        const contents = found?.paragraphs.map((text) => new vscode.MarkdownString(text));
        return found && contents && new vscode.Hover(contents, rangeOf(document, found.span));
      },
    }),
    languages.registerSignatureHelpProvider(
      id,
      { provideSignatureHelp: (document, position) => signatureHelp(language, document, position) },
      '(',
      ',',
      ':',
    ),
    languages.registerDefinitionProvider(id, {
      provideDefinition: (document, position) => {
        const found = language.references(...at([document, position]))?.declaration;
        return found && new vscode.Location(document.uri, rangeOf(document, found));
      },
    }),
    languages.registerReferenceProvider(id, {
      provideReferences: (document, position) =>
        places(language, document, position).map((range) => new vscode.Location(document.uri, range)),
    }),
    languages.registerDocumentHighlightProvider(id, {
      provideDocumentHighlights: (document, position) =>
        places(language, document, position).map((range) => new vscode.DocumentHighlight(range)),
    }),
    languages.registerRenameProvider(id, {
      prepareRename: (document, position) => {
        const found = language.references(...at([document, position]));
        if (!found) {
          throw new Error('Here is no name that the cell defines');
        }
        return { range: rangeOf(document, found.span), placeholder: found.name };
      },
      provideRenameEdits: (document, position, name) => rename(language, document, position, name),
    }),
    languages.registerDocumentFormattingEditProvider(id, {
      provideDocumentFormattingEdits: (document) => {
        const text = document.getText();
        const formatted = language.format(text);
        const all = new vscode.Range(0, 0, document.lineCount, 0);
        // VS Code takes the lines that differ.
        return formatted === undefined ? [] : [vscode.TextEdit.replace(all, formatted)];
      },
    }),
    languages.registerDocumentSymbolProvider(id, {
      provideDocumentSymbols: (document) =>
        language.symbols(document.getText()).map((symbol) => documentSymbol(document, symbol)),
    }),
  );
}

/** Parameters are counted for the units that a new run would have, and as many inputs. */
function sizeFor({ uri }: vscode.TextDocument): { readonly inputs: number; readonly units: number } {
  const units = vscode.workspace.getConfiguration('unroll', uri).get('model.units', 32);
  return { inputs: units, units };
}

const completionKinds: Readonly<Record<LanguageKind, vscode.CompletionItemKind>> = {
  keyword: vscode.CompletionItemKind.Keyword,
  input: vscode.CompletionItemKind.Variable,
  state: vscode.CompletionItemKind.Field,
  gate: vscode.CompletionItemKind.Variable,
  param: vscode.CompletionItemKind.Property,
  const: vscode.CompletionItemKind.Constant,
  function: vscode.CompletionItemKind.Function,
  option: vscode.CompletionItemKind.Property,
  value: vscode.CompletionItemKind.Value,
};

function completions(language: CellLanguage, ...[document, position]: Place): vscode.CompletionItem[] {
  return language
    .completions(document.getText(), document.offsetAt(position))
    .map(({ label, kind, detail, documentation, insert, replace }, index) => {
      const item = new vscode.CompletionItem(label, completionKinds[kind]);
      item.detail = detail;
      item.insertText = new vscode.SnippetString(insert);
      item.range = rangeOf(document, replace);
      item.sortText = String(index).padStart(3, '0');
      if (documentation !== undefined) {
        item.documentation = new vscode.MarkdownString(documentation);
      }
      if (kind === 'option' || kind === 'function') {
        // What stands in it is offered next.
        item.command = { command: 'editor.action.triggerSuggest', title: 'Suggest' };
      }
      return item;
    });
}

function signatureHelp(language: CellLanguage, ...[document, position]: Place): vscode.SignatureHelp | undefined {
  const found = language.signature(document.getText(), document.offsetAt(position));
  if (!found) {
    return undefined;
  }
  const signature = new vscode.SignatureInformation(found.label, new vscode.MarkdownString(found.documentation));
  signature.parameters = found.parameters.map(({ start, end }) => new vscode.ParameterInformation([start, end]));
  const help = new vscode.SignatureHelp();
  help.signatures = [signature];
  help.activeSignature = 0;
  help.activeParameter = found.active;
  return help;
}

function places(language: CellLanguage, ...[document, position]: Place): readonly vscode.Range[] {
  const found = language.references(document.getText(), document.offsetAt(position));
  return (found?.all ?? []).map((span) => rangeOf(document, span));
}

function rename(language: CellLanguage, ...[document, position, name]: [...Place, string]): vscode.WorkspaceEdit {
  const result = language.rename(document.getText(), document.offsetAt(position), name);
  if ('refusal' in result) {
    throw new Error(result.refusal);
  }
  const edit = new vscode.WorkspaceEdit();
  for (const span of result.places) {
    edit.replace(document.uri, rangeOf(document, span), name.trim().replace(/'$/, ''));
  }
  return edit;
}

const symbolKinds: Readonly<Record<LanguageSymbol['kind'], vscode.SymbolKind>> = {
  cell: vscode.SymbolKind.Class,
  state: vscode.SymbolKind.Field,
  gate: vscode.SymbolKind.Variable,
  param: vscode.SymbolKind.Property,
  const: vscode.SymbolKind.Constant,
};

function documentSymbol(document: vscode.TextDocument, symbol: LanguageSymbol): vscode.DocumentSymbol {
  const { name, kind, span, nameSpan, children } = symbol;
  const found = new vscode.DocumentSymbol(
    name,
    kind === 'cell' ? '' : kind,
    symbolKinds[kind],
    rangeOf(document, span),
    rangeOf(document, nameSpan),
  );
  found.children = children.map((child) => documentSymbol(document, child));
  return found;
}
