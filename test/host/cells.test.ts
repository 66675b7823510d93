import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, suiteSetup, suiteTeardown, test } from 'mocha';
import * as vscode from 'vscode';
import { listRuns } from '../../src/runs';
import {
  activatedExtension,
  closeAllEditors,
  found,
  show,
  showUntitled,
  workspaceFile,
  workspaceFolder,
} from './helpers';

const text = 'the cat sat on the mat. the dog sat on the log. '.repeat(80);
const command = (id: string, ...rest: unknown[]) => vscode.commands.executeCommand(id, ...rest);
const runsOf = async (name: string) =>
  (await listRuns(workspaceFolder())).runs.filter(({ record }) => record.dataset.name === name);

/** Answers every question with what is first, until there is one more run on the file than before. */
async function acceptAll(name: string, started: Thenable<unknown>): Promise<string> {
  const before = (await runsOf(name)).length;
  const run = await found(`a run on ${name}`, async () => {
    await command('workbench.action.acceptSelectedQuickOpenItem');
    const runs = await runsOf(name);
    return runs.length > before ? runs[0] : undefined;
  });
  await started;
  await command('unroll.stop', run.folder);
  return run.folder;
}

suite('the language of cells', () => {
  suiteSetup(activatedExtension);
  suiteTeardown(closeAllEditors);
  const lines = ['cell mine {', '  state h', '  r = sigmoid(linear(x, h))', "  h' = r*h", '}', ''];
  const ask = <T>(id: string, uri: vscode.Uri, ...rest: unknown[]) =>
    vscode.commands.executeCommand<T>(id, uri, ...rest);
  const texts = ({ contents }: vscode.Hover) =>
    contents.map((part) => (part as vscode.MarkdownString).value).join('\n');

  test('tells problems as one types, and takes them back', async () => {
    const { document, edit } = await showUntitled(lines.join('\n').replace('r*h', 'q*h'), 'unroll-cell');
    const problems = () =>
      vscode.languages.getDiagnostics(document.uri).map(({ message, range }) => [message, range.start.line]);
    const become = (count: number) => found(`${count} problems`, async () => problems().length === count || undefined);
    await become(1);
    assert.deepEqual(problems(), [['q is not defined above', 3]]);
    await edit((change) => change.replace(new vscode.Range(3, 7, 3, 8), 'r'));
    await become(0);
    await edit((change) => change.insert(new vscode.Position(1, 9), ', c'));
    await become(1);
    await command('workbench.action.revertAndCloseActiveEditor');
  });

  test('completes, explains, renames, formats, and finds what is defined', async () => {
    const file = await workspaceFile('language.cell', lines.join('\n'));
    await show(file);
    const place = new vscode.Position(3, 7);
    const { items } = await ask<vscode.CompletionList>('vscode.executeCompletionItemProvider', file, place);
    assert.deepEqual(
      items.slice(0, 2).map(({ label }) => label),
      ['h', 'r'],
    );
    const [hover] = await ask<vscode.Hover[]>('vscode.executeHoverProvider', file, place);
    assert.match(texts(hover ?? assert.fail('no hover')), /r\*\*: a gate, \[batch, units\], from 0 to 1/);
    const help = await ask<vscode.SignatureHelp>(
      'vscode.executeSignatureHelpProvider',
      file,
      new vscode.Position(2, 24),
    );
    assert.match(help.signatures[0]?.label ?? '', /^linear\(a, b/);
    const [definition] = await ask<vscode.Location[]>('vscode.executeDefinitionProvider', file, place);
    assert.equal(definition?.range.start.line, 2);
    const [symbol] = await ask<vscode.DocumentSymbol[]>('vscode.executeDocumentSymbolProvider', file);
    assert.deepEqual(
      symbol?.children.map(({ name }) => name),
      ['h', 'r', "h'"],
    );
    const edits = await ask<vscode.TextEdit[]>('vscode.executeFormatDocumentProvider', file, {
      tabSize: 2,
      insertSpaces: true,
    });
    const formatting = new vscode.WorkspaceEdit();
    formatting.set(file, edits);
    await vscode.workspace.applyEdit(formatting);
    assert.equal(vscode.window.activeTextEditor?.document.lineAt(3).text, "  h' = r * h");
    const renamed = await ask<vscode.WorkspaceEdit>(
      'vscode.executeDocumentRenameProvider',
      file,
      new vscode.Position(1, 8),
      'k',
    );
    assert.equal(renamed.get(file).length, 4);
    await assert.rejects(
      async () => ask('vscode.executeDocumentRenameProvider', file, new vscode.Position(1, 8), 'r'),
      /name of this cell already/,
    );
  });
});

suite('a cell of one’s own', () => {
  suiteSetup(async () => {
    await activatedExtension();
    const settings = vscode.workspace.getConfiguration('unroll');
    await settings.update('training.steps', 5000, vscode.ConfigurationTarget.Workspace);
    await settings.update('model.units', 4, vscode.ConfigurationTarget.Workspace);
  });
  suiteTeardown(async () => {
    await vscode.workspace
      .getConfiguration('unroll')
      .update('model.cell', undefined, vscode.ConfigurationTarget.Workspace);
    await closeAllEditors();
  });

  test('opens as a document of its language, and is trained from its text, which is not saved', async () => {
    await closeAllEditors();
    await workspaceFile('rhyme.txt', text);
    await command('unroll.newCell');
    const { document } = vscode.window.activeTextEditor ?? assert.fail('no editor');
    assert.equal(document.languageId, 'unroll-cell');
    assert.equal(document.isUntitled, true);
    const folder = await acceptAll(
      'rhyme.txt',
      command('unroll.train', vscode.Uri.file(join(workspaceFolder(), 'rhyme.txt'))),
    );
    assert.equal(await readFile(join(folder, 'model.cell'), 'utf8'), document.getText());
    const { record } = (await runsOf('rhyme.txt'))[0] ?? assert.fail('no run');
    assert.equal(record.cell, 'my-cell');
  });

  test('of the settings is found in the workspace, saved or not', async () => {
    await command('workbench.action.revertAndCloseActiveEditor');
    await closeAllEditors();
    const file = await workspaceFile('cells/mine.cell', "cell mine {\n  state h\n  h' = tanh(linear(x, h))\n}\n");
    const settings = vscode.workspace.getConfiguration('unroll');
    await settings.update('model.cell', 'cells/mine.cell', vscode.ConfigurationTarget.Workspace);
    const dataset = await workspaceFile('poem.txt', text);
    const folder = await acceptAll('poem.txt', command('unroll.train', dataset));
    assert.match(await readFile(join(folder, 'model.cell'), 'utf8'), /cell mine/);

    const editor = await show(file);
    await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), '// Changed\n'));
    const again = await acceptAll('poem.txt', command('unroll.trainAgain', dataset));
    assert.match(await readFile(join(again, 'model.cell'), 'utf8'), /^\/\/ Changed\ncell mine/);
    await command('workbench.action.revertAndCloseActiveEditor');
  });
});
