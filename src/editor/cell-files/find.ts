import * as vscode from 'vscode';
import type { CellFile } from '../flow/proposal-items';
import { nameOf } from '../sources';
import { choiceOf, isCell } from './source';

/** More files than a list can show are left to "Choose a file…". */
const most = 50;

/** Cells that are open in editors: the active one first, then those in sight. */
export function openCells(): readonly CellFile[] {
  const groups = [...vscode.window.tabGroups.all].sort((one, other) => Number(other.isActive) - Number(one.isActive));
  const tabs = groups.flatMap(({ tabs }) => tabs).sort((one, other) => Number(other.isActive) - Number(one.isActive));
  const uris = tabs.flatMap(({ input }) => (input instanceof vscode.TabInputText ? [input.uri] : []));
  const cells = uris.filter(isCell).map(fileOf);
  return cells.filter(({ choice }, index) => cells.findIndex((other) => other.choice === choice) === index);
}

/** Files of the workspace, by name. Copies in runs are none to choose. */
export async function cellsOfWorkspace(cancelled: vscode.CancellationToken): Promise<readonly CellFile[]> {
  const found = await vscode.workspace.findFiles('**/*.cell', '**/{node_modules,.unroll,.git}/**', most, cancelled);
  return found
    .map(fileOf)
    .sort((one, other) => one.name.localeCompare(other.name) || one.place.localeCompare(other.place));
}

function fileOf(uri: vscode.Uri): CellFile {
  const place =
    uri.scheme === 'untitled' ? 'not saved' : vscode.workspace.asRelativePath(vscode.Uri.joinPath(uri, '..'));
  return { choice: choiceOf(uri), name: nameOf(uri), place };
}
