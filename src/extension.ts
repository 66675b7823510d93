import * as vscode from 'vscode';
import { registerCommands } from './editor/commands/table';
import { type HostMark, markHost } from './editor/host-mark';
import { offerInterrupted } from './editor/interrupted';
import { registerCellLanguage } from './editor/language/register';
import { panelType } from './editor/panel/hosts';
import { renewStalePages } from './editor/panel/stale';
import { RunsTree, watchRuns } from './editor/runs-tree';
import { openStartFile } from './editor/start-file';
import { openStudio, type Studio } from './editor/studio';
import { showTrainings } from './editor/training-progress';
import { nativeFolder } from './native/cache-folder';
import { startWorker } from './worker/start';

/** VS Code gives a closing extension five seconds. */
const farewellMilliseconds = 4_000;
let studio: Studio | undefined;
let mark: HostMark | undefined;

export function activate(context: vscode.ExtensionContext): void {
  const native: [string, string] = [vscode.Uri.joinPath(context.globalStorageUri, 'native').fsPath, nativeFolder()];
  const opened = openStudio(context, (onEvent) => startWorker(onEvent, { nativeFolders: native }), native);
  studio = opened;
  const { hosts, list, samples, trainings, current } = opened;
  const folderOf = (name: string) => list.entries.find(({ record }) => record.name === name)?.folder ?? current.folder;
  const tree = vscode.window.createTreeView('unroll.runs', { treeDataProvider: new RunsTree(list) });
  context.subscriptions.push(
    tree,
    registerCommands(opened, () => tree.selection),
    registerCellLanguage(),
    showTrainings(trainings),
    watchRuns(list),
    samples.register(),
    vscode.window.registerWebviewPanelSerializer(panelType, hosts),
    vscode.window.registerWebviewViewProvider('unroll.view', hosts),
    vscode.window.registerCustomEditorProvider('unroll.run', hosts.runEditor),
    tree.onDidChangeSelection(({ selection: [folder] }) => current.set(folder ?? current.folder)),
  );
  mark = markHost((context.storageUri ?? context.globalStorageUri).fsPath);
  void mark.afterCrash.then((crashed) => crashed && context.subscriptions.push(renewStalePages(hosts, folderOf)));
  void list.refresh().then(() => offerInterrupted(opened));
  void openStartFile(opened);
}

export async function deactivate(): Promise<void> {
  mark?.remove();
  await studio?.trainings.suspendAll(farewellMilliseconds);
}
