import * as vscode from 'vscode';
import { checkText, verdict } from '../../base/check-text';
import { visible } from '../../base/visible';
import { openCells } from '../cell-files/find';
import { chooseCellFile } from '../cell-files/new-cell';
import { cellUri, choiceOf, chosenCell, isCell } from '../cell-files/source';
import { plain, showFailure, showMessage } from '../messages';
import { targetOf } from '../sources';
import type { Studio } from '../studio';

/** Checks a cell's gradients and values, and tells the verdict with its report behind a button. */
export async function checkCell(studio: Studio, argument: unknown): Promise<void> {
  const target = targetOf(argument);
  const choice = target && isCell(target) ? choiceOf(target) : (openCells()[0]?.choice ?? (await chooseFile()));
  if (choice === undefined) {
    return;
  }
  // The choice is a whole path or address.
  const root = '';
  const name = visible(choice.split(/[\\/:]/).at(-1) ?? choice);
  const units = vscode.workspace.getConfiguration('unroll', target).get('model.units', 32);
  try {
    const { choice: path, text } = await chosenCell(choice, root);
    const options = { location: vscode.ProgressLocation.Notification, title: `Unroll: checking ${name}` };
    const found = await vscode.window.withProgress(options, () =>
      studio.helper.call('checkCell', { choice: path, cell: text, inputs: units, units }),
    );
    const report = visible(checkText(found, name), '\n');
    const [problem] = found.problems;
    const told = problem
      ? `${name} cannot be read. Line ${problem.line}: ${problem.message}.`
      : `${verdict(found)} ${found.sound ? (found.warnings[0] ?? '') : ''}`;
    await showMessage(found.sound ? 'info' : 'error', plain(told.trim()), [
      found.cell === undefined
        ? { label: 'Show Problems', run: () => vscode.commands.executeCommand('workbench.actions.view.problems') }
        : { label: 'Show Report', run: () => studio.samples.showReport(name, report) },
    ]);
  } catch (error) {
    await showFailure(studio.log, { error, cell: cellUri(choice, root) });
  }
}

async function chooseFile(): Promise<string | undefined> {
  const uri = await chooseCellFile();
  return uri && choiceOf(uri);
}
