import assert from 'node:assert/strict';
import { suite, test } from 'mocha';
import * as vscode from 'vscode';
import { activatedExtension } from './helpers';

suite('activation', () => {
  test('the extension activates', async () => {
    assert.equal((await activatedExtension()).isActive, true);
  });

  test('every command of the manifest is registered', async () => {
    const extension = await activatedExtension();
    const contributed: { command: string }[] = extension.packageJSON.contributes.commands;
    const registered = new Set(await vscode.commands.getCommands(true));
    const missing = contributed.map(({ command }) => command).filter((command) => !registered.has(command));
    assert.ok(contributed.length > 0, 'the manifest contributes commands');
    assert.deepEqual(missing, []);
  });

  test('the extension host runs on Node 24', () => {
    assert.match(process.versions.node, /^24\./);
  });
});
