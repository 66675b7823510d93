import * as vscode from 'vscode';
import { newCell } from '../cell-files/new-cell';
import { isCell } from '../cell-files/source';
import { showFailure } from '../messages';
import type { RunEntry } from '../run-list';
import { targetOf } from '../sources';
import type { Studio } from '../studio';
import { newBenchmark } from './benchmark';
import { checkCell } from './check-cell';
import { chooseRun, runArgument } from './choose-run';
import { openExample } from './examples';
import { exportModel } from './export';
import { deleteRun, renameRun, revealRun } from './runs';
import { sample } from './sample';
import { train, trainAgain, trainFromModel, trainOnFolder } from './train';
import { trainCell } from './train-cell';
import { continueRun, continueRunOn, control, pause, stop, unpause } from './training';

/** Every command of the manifest; a test compares the two. */
export const commandIds = [
  'unroll.train',
  'unroll.trainFolder',
  'unroll.trainAgain',
  'unroll.trainCell',
  'unroll.trainFromModel',
  'unroll.newCell',
  'unroll.checkCell',
  'unroll.pause',
  'unroll.unpause',
  'unroll.stop',
  'unroll.control',
  'unroll.sample',
  'unroll.showPanel',
  'unroll.openRun',
  'unroll.openExample',
  'unroll.newBenchmark',
  'unroll.continueRun',
  'unroll.continueRunOn',
  'unroll.renameRun',
  'unroll.deleteRun',
  'unroll.exportModel',
  'unroll.revealRun',
  'unroll.refreshRuns',
  'unroll.installNative',
  'unroll.removeNative',
] as const;

type CommandId = (typeof commandIds)[number];
type Command = (argument: unknown) => Promise<unknown>;

const canContinue = ({ record, here }: RunEntry) => !here && record.state !== 'running' && record.state !== 'paused';

/** @param selection runs that are selected in the tree, for keys pressed there */
export function registerCommands(studio: Studio, selection: () => readonly string[]): vscode.Disposable {
  const named = (argument: unknown) => runArgument(argument, selection());
  /** A command on a run: the one it was called on, or else the one that is chosen. */
  const onRun =
    (
      title: string,
      work: (folder: string, argument: unknown) => unknown,
      suits?: (entry: RunEntry) => boolean,
    ): Command =>
    async (argument) => {
      const folder = named(argument) ?? (await chooseRun(studio, title, suits));
      return folder === undefined ? undefined : work(folder, argument);
    };
  const onCurrent =
    (title: string, work: (folder: string, argument: unknown) => unknown): Command =>
    async (argument) => {
      const current = studio.current.folder;
      const known = current !== undefined && studio.list.of(current) ? current : undefined;
      const folder = named(argument) ?? known ?? (await chooseRun(studio, title));
      return folder === undefined ? undefined : work(folder, argument);
    };
  const show = (folder: string, argument: unknown) => {
    studio.current.set(folder);
    studio.hosts.reveal(folder, isGlance(argument));
  };

  const commands: Readonly<Record<CommandId, Command>> = {
    'unroll.train': (argument) => (isAboutCell(argument) ? trainCell : train)(studio, argument),
    'unroll.trainFolder': (argument) => trainOnFolder(studio, argument),
    'unroll.trainAgain': (argument) => trainAgain(studio, argument),
    'unroll.trainCell': (argument) => trainCell(studio, argument),
    'unroll.trainFromModel': (argument) => trainFromModel(studio, argument),
    'unroll.newCell': () => newCell(),
    'unroll.checkCell': (argument) => checkCell(studio, argument),
    'unroll.pause': (argument) => pause(studio, named(argument)),
    'unroll.unpause': (argument) => unpause(studio, named(argument)),
    'unroll.stop': (argument) => stop(studio, named(argument)),
    'unroll.control': (argument) => control(studio, named(argument)),
    'unroll.sample': onCurrent('Sample', (folder) => sample(studio, folder)),
    'unroll.showPanel': onCurrent('Show panel', show),
    'unroll.openRun': onRun('Open run', show),
    'unroll.openExample': () => openExample(studio),
    'unroll.newBenchmark': () => newBenchmark(studio),
    'unroll.continueRun': onRun(
      'Continue run',
      (folder, argument) => continueRun(studio, folder, stepsOf(argument)),
      canContinue,
    ),
    'unroll.continueRunOn': onRun(
      'Continue run on another engine',
      (folder) => continueRunOn(studio, folder),
      canContinue,
    ),
    'unroll.renameRun': onRun('Rename run', (folder) => renameRun(studio, folder)),
    'unroll.deleteRun': onRun('Delete run', (folder) => deleteRun(studio, folder)),
    'unroll.exportModel': onCurrent('Export model', (folder) => exportModel(studio, folder)),
    'unroll.revealRun': onCurrent('Reveal run folder', revealRun),
    'unroll.refreshRuns': () => studio.list.refresh(),
    'unroll.installNative': () => studio.native.install(),
    'unroll.removeNative': () => studio.native.remove(),
  };
  return vscode.Disposable.from(
    ...commandIds.map((id) =>
      vscode.commands.registerCommand(id, async (argument: unknown) => {
        try {
          return await commands[id](argument);
        } catch (error) {
          await showFailure(studio.log, { error });
          return undefined;
        }
      }),
    ),
  );
}

/** A cell is no dataset: it asks for one. */
function isAboutCell(argument: unknown): boolean {
  const uri = targetOf(argument);
  return uri !== undefined && isCell(uri);
}

/** Whether the focus stays where it is: keys go on working in the tree after a click there. */
function isGlance(argument: unknown): boolean {
  return typeof argument === 'object' && argument !== null && 'preserveFocus' in argument;
}

function stepsOf(argument: unknown): number | undefined {
  return typeof argument === 'object' && argument !== null && 'steps' in argument && typeof argument.steps === 'number'
    ? argument.steps
    : undefined;
}
