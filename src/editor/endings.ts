import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import { UserError } from '../base/user-error';
import type { Failure } from './messages';
import { plain, showFailure, showMessage } from './messages';
import { lossText } from './progress-text';
import type { Studio } from './studio';
import type { Ending, Training } from './training';

/** Tells the person how a training ended: nothing that the panel in sight says already, and every failure once. */
export async function tellEnding(
  studio: Studio,
  training: Training,
  ending: Ending,
  origin: Pick<Failure, 'file' | 'cell' | 'retry' | 'changes'> = {},
): Promise<void> {
  const { folder, title } = training;
  // A folder that was deleted meanwhile has nothing to show.
  const show = existsSync(folder) ? [{ label: 'Show Panel', run: () => studio.hosts.reveal(folder, false) }] : [];
  const goOn = { label: 'Continue', run: () => vscode.commands.executeCommand('unroll.continueRun', folder) };
  if (ending.kind === 'cancelled') {
    return;
  }
  if (ending.kind !== 'outcome') {
    const buttons = training.record ? [...(ending.kind === 'lost' ? [goOn] : []), ...show] : [];
    await showFailure(studio.log, { error: ending.error, ...origin, buttons });
    return;
  }
  const { state, result } = ending.outcome;
  if (state === 'failed') {
    const error = new UserError(
      training.record?.error ?? {
        what: `The training of ${title} failed`,
        wayOut: 'Continue from its last checkpoint.',
      },
    );
    await showFailure(studio.log, { error, ...origin, buttons: show });
  } else if (state === 'finished' && !studio.hosts.visible(folder)) {
    const best = lossText(result.bestValidationLoss);
    const loss = best === undefined ? '' : `, best validation loss ${best}`;
    await showMessage('info', plain(`${title} is trained: ${result.step} steps${loss}.`), show);
  }
}
