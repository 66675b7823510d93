import * as vscode from 'vscode';
import type { PanelHosts } from './hosts';
import { isPage } from './hosts';

const patience = 2_000;

/**
 * After the extension host crashed and was started again, VS Code leaves the pages of the old one behind: nobody
 * answers them any more. A page in sight that is not given back to us within a moment is opened anew. Not for other
 * starts: then VS Code gives every page back with its state, however long that takes.
 */
export function renewStalePages(
  hosts: PanelHosts,
  folderOf: (runName: string) => string | undefined,
): vscode.Disposable {
  let timer: NodeJS.Timeout | undefined;
  const check = async () => {
    timer = undefined;
    for (const { tab, column } of pagesInSight()) {
      const folder = hosts.hasPageIn(column) ? undefined : folderOf(tab.label);
      if (folder !== undefined) {
        await vscode.window.tabGroups.close(tab, true);
        hosts.open(folder, { viewColumn: column, preserveFocus: true });
      }
    }
  };
  const checkSoon = () => {
    if (timer === undefined && pagesInSight().length > 0) {
      timer = setTimeout(() => void check(), patience);
    }
  };
  checkSoon();
  return vscode.Disposable.from(vscode.window.tabGroups.onDidChangeTabs(checkSoon), {
    dispose: () => clearTimeout(timer),
  });
}

function pagesInSight(): readonly { readonly tab: vscode.Tab; readonly column: vscode.ViewColumn }[] {
  return vscode.window.tabGroups.all.flatMap(({ activeTab, viewColumn }) =>
    activeTab && isPage(activeTab.input) ? [{ tab: activeTab, column: viewColumn }] : [],
  );
}
