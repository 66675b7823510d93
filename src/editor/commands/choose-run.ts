import * as vscode from 'vscode';
import { visible } from '../../base/visible';
import { describe, stateIcons } from '../run-items';
import type { RunEntry } from '../run-list';
import type { Studio } from '../studio';

/** The run that a command was called on: a folder, `{folder}`, or the selection of the tree. */
export function runArgument(argument: unknown, selection: readonly string[]): string | undefined {
  if (typeof argument === 'string') {
    return argument;
  }
  if (typeof argument !== 'object' || argument === null) {
    return undefined;
  }
  if ('folder' in argument && typeof argument.folder === 'string') {
    return argument.folder;
  }
  return 'selection' in argument ? selection[0] : undefined;
}

/** Lets the person choose among the runs, the current one first; undefined when there is none or the list was left. */
export async function chooseRun(
  { list, current }: Studio,
  title: string,
  suits: (entry: RunEntry) => boolean = () => true,
): Promise<string | undefined> {
  await list.refresh();
  const runs = list.entries.filter(suits);
  if (runs.length === 0) {
    void vscode.window.showInformationMessage('There is no such run. Train on a file first.');
    return undefined;
  }
  const isCurrent = ({ folder }: RunEntry) => folder === current.folder;
  const items = [...runs.filter(isCurrent), ...runs.filter((run) => !isCurrent(run))].map((entry) => ({
    label: `$(${stateIcons[entry.record.state][0]}) ${visible(entry.record.name)}`,
    description: describe(entry),
    detail: `${entry.record.state} · ${new Date(entry.record.createdAt).toLocaleString()}`,
    folder: entry.folder,
  }));
  const options = { title, placeHolder: 'Choose a run', matchOnDescription: true, matchOnDetail: true };
  return (await vscode.window.showQuickPick(items, options))?.folder;
}
