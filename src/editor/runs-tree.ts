import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { visible } from '../base/visible';
import type { RunState } from '../protocol/run';
import { describe, details, stateIcons } from './run-items';
import type { RunEntry, RunList } from './run-list';
import { throttle } from './throttle';

/** Between new numbers: a row that is drawn anew loses the tooltip that is about to appear. */
const treeMilliseconds = 2_000;

/** The tree of runs in the side bar. */
export class RunsTree implements vscode.TreeDataProvider<string> {
  private readonly changes = new vscode.EventEmitter<string | undefined>();
  readonly onDidChangeTreeData = this.changes.event;
  private readonly touched = new Set<string>();
  private readonly shown = new Map<string, RunState>();

  constructor(private readonly list: RunList) {
    const tell = throttle(() => {
      for (const folder of this.touched) {
        this.changes.fire(folder);
      }
      this.touched.clear();
    }, treeMilliseconds);
    list.changed.on((entry) => {
      if (entry && this.shown.get(entry.folder) !== entry.record.state) {
        this.changes.fire(entry.folder);
      } else if (entry) {
        this.touched.add(entry.folder);
        tell();
      } else {
        void vscode.commands.executeCommand('setContext', 'unroll.hasRuns', list.entries.length > 0);
        this.changes.fire(undefined);
      }
    });
  }

  getChildren(folder?: string): string[] {
    return folder === undefined ? this.list.entries.map((entry) => entry.folder) : [];
  }

  getParent(): undefined {
    return undefined;
  }

  getTreeItem(folder: string): vscode.TreeItem {
    const entry = this.list.of(folder);
    if (!entry) {
      return new vscode.TreeItem('gone');
    }
    this.shown.set(folder, entry.record.state);
    const item = new vscode.TreeItem(visible(entry.record.name));
    item.id = folder;
    item.description = describe(entry);
    const [icon, colour] = stateIcons[entry.record.state];
    item.iconPath = new vscode.ThemeIcon(icon, colour === undefined ? undefined : new vscode.ThemeColor(colour));
    item.contextValue = `run.${entry.record.state}${entry.here ? '.here' : ''}`;
    item.tooltip = tooltip(entry);
    item.accessibilityInformation = { label: `${entry.record.name}, ${entry.record.state}, ${describe(entry)}` };
    item.command = { command: 'unroll.showPanel', title: 'Show Panel', arguments: [{ folder, preserveFocus: true }] };
    return item;
  }
}

function tooltip(entry: RunEntry): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  text.appendMarkdown('**').appendText(visible(entry.record.name)).appendMarkdown('**\n\n');
  for (const [name, value] of details(entry)) {
    text.appendMarkdown(`${name}: `).appendText(visible(value)).appendMarkdown('  \n');
  }
  return text;
}

/** Keeps the list as the disk has it: runs written or deleted by anyone, and folders that come and go. */
export function watchRuns(list: RunList): vscode.Disposable {
  const watcher = vscode.workspace.createFileSystemWatcher('**/.unroll/runs/*/run.json');
  const reread = (uri: vscode.Uri) => void list.reread(dirname(uri.fsPath));
  // A process that is killed writes nothing.
  const timer = setInterval(() => {
    for (const { folder, record, here } of list.entries) {
      if (!here && (record.state === 'running' || record.state === 'paused')) {
        void list.reread(folder);
      }
    }
  }, 5_000);
  return vscode.Disposable.from(
    { dispose: () => clearInterval(timer) },
    watcher,
    watcher.onDidCreate(reread),
    watcher.onDidChange(reread),
    watcher.onDidDelete(reread),
    vscode.workspace.onDidChangeWorkspaceFolders(() => void list.refresh()),
  );
}

/** Calls back, at most twice a second, when anything in a run's folder changes. */
export function watchFolder(folder: string, changed: () => void): vscode.Disposable {
  const watcher = vscode.workspace.createFileSystemWatcher(
    new vscode.RelativePattern(vscode.Uri.file(folder), '{run.json,metrics.jsonl,samples.jsonl}'),
  );
  const tell = throttle(changed, 500);
  return vscode.Disposable.from(
    { dispose: tell.cancel },
    watcher,
    watcher.onDidCreate(tell),
    watcher.onDidChange(tell),
    watcher.onDidDelete(tell),
  );
}
