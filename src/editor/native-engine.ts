import * as vscode from 'vscode';
import { UserError } from '../base/user-error';
import { findInstallation, type Installation } from '../native/installation';
import type { NativeEngine } from './flow/choose-engine';
import { showFailure, showMessage } from './messages';
import { leaveForNewRuns, useForNewRuns } from './settings';
import { throttle } from './throttle';
import type { Training } from './training';
import { noticeMilliseconds } from './training-progress';

/** The code that installs brings the sources that it compiles along, and is read when it is asked for. */
const installer = () => import(/* webpackChunkName: "native" */ '../native/install');

/** TensorFlow as this window installs, finds and removes it. */
export class NativeInstallation implements NativeEngine {
  private installing: Promise<boolean> | undefined;

  /** @param folders where it may be: the editor's own, in which it is installed, then the command line's */
  constructor(
    private readonly folders: readonly [own: string, ...others: string[]],
    private readonly trainings: () => readonly Training[],
    private readonly log: vscode.LogOutputChannel,
  ) {}

  async version(): Promise<string | undefined> {
    return (await findInstallation(this.folders))?.record.tensorFlow;
  }

  /** Asks, and installs; whether that was done. What goes wrong is told here. */
  install(): Promise<boolean> {
    this.installing ??= this.askAndInstall().finally(() => {
      this.installing = undefined;
    });
    return this.installing;
  }

  /** @throws UserError while a training here uses it */
  async remove(): Promise<void> {
    const found = await findInstallation(this.folders);
    if (!found) {
      await showMessage('info', 'TensorFlow is not installed.', [{ label: 'Install…', run: () => this.install() }]);
      return;
    }
    this.expectUnused();
    const { described, remove } = await installer();
    const answer = await vscode.window.showWarningMessage(
      'Remove TensorFlow?',
      {
        modal: true,
        detail: `${described(found)}.\n\nRuns that it computed stay, and can go on with Unroll's own engine.`,
      },
      'Remove',
    );
    if (answer === 'Remove') {
      await remove(found.folder);
      const other = await findInstallation(this.folders);
      if (!other) {
        await leaveForNewRuns('tensorflow');
      }
      const rest = other ? ` Another one stays: ${described(other)}.` : '';
      void showMessage('info', `Removed ${described(found)}.${rest}`, []);
    }
  }

  private async askAndInstall(): Promise<boolean> {
    this.expectUnused();
    const [own] = this.folders;
    const found = await findInstallation(this.folders);
    const question = found ? 'TensorFlow is installed. Install it anew?' : 'Install TensorFlow as an engine?';
    const detail = await this.beforehand(found);
    const answer = await vscode.window.showInformationMessage(question, { modal: true, detail }, 'Install');
    if (answer !== 'Install') {
      return false;
    }
    const installed = await this.installShown(own);
    if (installed) {
      const { described } = await installer();
      void showMessage('info', `Installed ${described(installed)}.`, [
        { label: 'Use for New Runs', run: () => useForNewRuns('tensorflow') },
      ]);
    }
    return installed !== undefined;
  }

  private async beforehand(found: Installation | undefined): Promise<string> {
    const { described, needs } = await installer();
    return [
      ...(found ? [`There is ${described(found)}.`] : []),
      `${await needs()} It goes into ${this.folders[0]}.`,
      "Unroll's own engine needs none of this, and is as fast or faster for most models.",
    ].join('\n\n');
  }

  /** Installs with its progress in a notification, where it can be cancelled; undefined when it failed or was. */
  private async installShown(folder: string): Promise<Installation | undefined> {
    const { install } = await installer();
    const stop = new AbortController();
    const options = {
      location: vscode.ProgressLocation.Notification,
      title: 'Installing TensorFlow',
      cancellable: true,
    };
    try {
      return await vscode.window.withProgress(options, async (notice, token) => {
        token.onCancellationRequested(() => stop.abort());
        let now = { message: '', share: 0 };
        let shown = 0;
        const show = throttle(() => {
          notice.report({ message: now.message, increment: 100 * (now.share - shown) });
          shown = now.share;
        }, noticeMilliseconds);
        try {
          return await install(folder, {
            signal: stop.signal,
            progress: (message, share) => {
              now = { message, share };
              show();
            },
          });
        } finally {
          show.cancel();
        }
      });
    } catch (error) {
      if (stop.signal.aborted) {
        this.log.info('The installation of TensorFlow was cancelled; nothing was installed.');
      } else {
        await showFailure(this.log, { error, buttons: [{ label: 'Try Again', run: () => this.install() }] });
      }
      return undefined;
    }
  }

  /** The files of a library that computes are left alone. */
  private expectUnused(): void {
    const user = this.trainings().find(({ record }) => record?.engine.backend === 'tensorflow');
    if (user) {
      throw new UserError({
        what: `TensorFlow is computing for ${user.title}`,
        wayOut: 'Stop that training first; it can be continued.',
      });
    }
  }
}
