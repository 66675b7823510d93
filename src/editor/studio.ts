import * as vscode from 'vscode';
import { chooseFile } from './choose-file';
import { CurrentRun } from './current-run';
import { type Field, fieldsOf } from './flow/fields';
import { HelperWorker } from './helper-worker';
import { LastChoices } from './last-choice';
import { NativeInstallation } from './native-engine';
import { PanelHosts } from './panel/hosts';
import { snapshotOf } from './panel/snapshot';
import { RunList } from './run-list';
import { RunWork } from './run-work';
import { watchFolder } from './runs-tree';
import { SampleDocuments } from './sample-document';
import { runRoots } from './sources';
import { type StartWorker, Trainings } from './training';

/** Everything in this window that has a life, and what it shares. */
export interface Studio {
  readonly extensionUri: vscode.Uri;
  readonly log: vscode.LogOutputChannel;
  /** Where runs of texts go that are in no folder. */
  readonly storage: string;
  readonly memory: vscode.Memento;
  readonly fields: readonly Field[];
  readonly trainings: Trainings;
  readonly helper: HelperWorker;
  readonly native: NativeInstallation;
  readonly work: RunWork;
  readonly list: RunList;
  readonly current: CurrentRun;
  readonly choices: LastChoices;
  readonly hosts: PanelHosts;
  readonly samples: SampleDocuments;
}

/** @param nativeFolders where TensorFlow may be: this window's own, and others */
export function openStudio(
  context: vscode.ExtensionContext,
  startWorker: StartWorker,
  nativeFolders: readonly [own: string, ...others: string[]],
): Studio {
  const log = vscode.window.createOutputChannel('Unroll', { log: true });
  const storage = context.globalStorageUri.fsPath;
  const trainings = new Trainings(startWorker);
  const helper = new HelperWorker(startWorker);
  const work = new RunWork(trainings, helper);
  const list = new RunList(
    trainings,
    () => runRoots(storage),
    (problem) => log.warn(problem),
  );
  const current = new CurrentRun(context.workspaceState);
  const hosts = new PanelHosts({
    extensionUri: context.extensionUri,
    trainings,
    snapshot: (folder) => snapshotOf(list, folder),
    current: () => current.folder,
    watch: watchFolder,
    attend: (folder) => current.set(folder),
    actions: {
      pause: ({ folder }) => work.pause(folder),
      unpause: ({ folder }) => work.unpause(folder),
      stop: ({ folder }) => work.stop(folder),
      resume: async ({ folder, steps }) =>
        void vscode.commands.executeCommand('unroll.continueRun', steps === undefined ? { folder } : { folder, steps }),
      sample: ({ folder, request }) => work.sample(folder, request),
      probe: ({ folder, input }) => work.probe(folder, input),
      chooseFile,
      command: async ({ command, folder }) =>
        void vscode.commands.executeCommand(command, ...(folder === undefined ? [] : [folder])),
    },
  });
  list.changed.on((entry) => entry && hosts.renew(entry));
  current.changed.on((folder) => hosts.follow(folder));
  context.subscriptions.push(log, helper, list);
  return {
    extensionUri: context.extensionUri,
    log,
    storage,
    memory: context.workspaceState,
    fields: fieldsOf(settingsOf(context)),
    trainings,
    helper,
    native: new NativeInstallation(nativeFolders, () => trainings.all, log),
    work,
    list,
    current,
    choices: new LastChoices(context.workspaceState),
    hosts,
    samples: new SampleDocuments(),
  };
}

function settingsOf({ extension }: vscode.ExtensionContext): Readonly<Record<string, unknown>> {
  return extension.packageJSON.contributes.configuration.properties;
}
