import * as vscode from 'vscode';
import { visible } from '../../base/visible';
import { openCells } from '../cell-files/find';
import { choiceOf, isCell } from '../cell-files/source';
import { nameOf, targetOf } from '../sources';
import type { Studio } from '../studio';
import { trainOn } from './train';

/** Asks on what a cell shall be trained, and then as for any training. */
export async function trainCell(studio: Studio, argument: unknown): Promise<void> {
  const target = targetOf(argument);
  const cell = target && isCell(target) ? choiceOf(target) : openCells()[0]?.choice;
  if (cell === undefined) {
    await vscode.commands.executeCommand('unroll.newCell');
    return;
  }
  const name = visible(target && isCell(target) ? nameOf(target) : (openCells()[0]?.name ?? ''));
  const dataset = await chooseDataset(studio, name);
  if (dataset) {
    await trainOn(studio, dataset, cell);
  }
}

/** A file that is open or was trained on before, or another; undefined when the person left. */
async function chooseDataset({ choices }: Studio, cell: string): Promise<vscode.Uri | undefined> {
  const open = vscode.window.tabGroups.all.flatMap(({ tabs }) =>
    tabs.flatMap(({ input }) => (input instanceof vscode.TabInputText && !isCell(input.uri) ? [input.uri] : [])),
  );
  const before = choices.all.map(({ uri }) => vscode.Uri.parse(uri)).filter(({ scheme }) => scheme === 'file');
  const seen = new Set<string>();
  const files = [
    ...open.map((uri) => ({ uri, why: 'open' })),
    ...before.map((uri) => ({ uri, why: 'trained on before' })),
  ]
    .filter(({ uri }) => !seen.has(uri.toString()) && seen.add(uri.toString()))
    .map(({ uri, why }) => ({
      label: visible(nameOf(uri)),
      description: why,
      detail: uri.scheme === 'file' ? visible(vscode.workspace.asRelativePath(uri)) : 'not saved',
      pick: async (): Promise<vscode.Uri | undefined> => uri,
    }));
  const items = [
    ...files,
    { label: '$(folder-opened) Choose a file…', description: 'a text or a table', pick: chooseFile },
    { label: '$(book) Open an example…', description: 'to train on it', pick: () => openExample() },
  ];
  const options = { title: `Train ${cell}`, placeHolder: 'What shall it learn from?', matchOnDetail: true };
  return (await vscode.window.showQuickPick(items, options))?.pick();
}

async function chooseFile(): Promise<vscode.Uri | undefined> {
  return (await vscode.window.showOpenDialog({ title: 'Choose a file to train on', openLabel: 'Train' }))?.[0];
}

async function openExample(): Promise<vscode.Uri | undefined> {
  return vscode.commands.executeCommand<vscode.Uri | undefined>('unroll.openExample');
}
