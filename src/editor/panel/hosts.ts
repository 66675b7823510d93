import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import type { RunSnapshot, RunUpdate } from '../../protocol/panel';
import type { CallMessage } from '../../protocol/worker';
import { plain } from '../messages';
import type { RunEntry } from '../run-list';
import { panelHtml } from './html';
import { type PanelServices, PanelSession } from './session';

export const panelType = 'unroll.panel';

export interface HostServices extends PanelServices {
  readonly extensionUri: vscode.Uri;
  /** The person looks at this run. */
  attend(folder: string): void;
}

/** Every page of the panel in this window: editors beside the file, opened `run.json` files, and the side view. */
export class PanelHosts implements vscode.WebviewPanelSerializer, vscode.WebviewViewProvider {
  private readonly editors = new Map<vscode.WebviewPanel, PanelSession>();
  private side: { readonly view: vscode.WebviewView; readonly session: PanelSession } | undefined;

  constructor(private readonly services: HostServices) {}

  /** Shows the run in its editor, which is opened here if need be. */
  reveal(folder: string, preserveFocus: boolean, viewColumn = vscode.ViewColumn.Active): void {
    for (const [panel, session] of this.editors) {
      if (session.shown === folder) {
        panel.reveal(undefined, preserveFocus);
        return;
      }
    }
    this.open(folder, { viewColumn, preserveFocus });
  }

  /** Shows the run beside the text that is trained on: where other pages are, rather than in a column more. */
  revealBeside(folder: string): void {
    const textColumn = vscode.window.activeTextEditor?.viewColumn;
    const page = [...this.editors.keys()].find(({ visible, viewColumn }) => visible && viewColumn !== textColumn);
    this.reveal(folder, true, page?.viewColumn ?? vscode.ViewColumn.Beside);
  }

  open(folder: string, where: { readonly viewColumn: vscode.ViewColumn; readonly preserveFocus: boolean }): void {
    this.host(vscode.window.createWebviewPanel(panelType, 'Unroll', where, {}), folder);
  }

  /** Whether a page that this host answers is in sight in the column. */
  hasPageIn(column: vscode.ViewColumn): boolean {
    return [...this.editors.keys()].some((panel) => panel.visible && panel.viewColumn === column);
  }

  /** Whether a page shows the run now. */
  visible(folder: string): boolean {
    const beside = this.side?.view.visible === true && this.side.session.shown === folder;
    return beside || [...this.editors].some(([panel, session]) => panel.visible && session.shown === folder);
  }

  /** The side view follows the run that the person works with. */
  follow(folder: string | undefined): void {
    if (folder !== undefined) {
      void this.side?.session.show(folder);
    }
  }

  /** The run's record changed: a training told it already, anyone else's change is told here. */
  renew({ folder, record, here }: RunEntry): void {
    for (const [panel, session] of this.editors) {
      if (session.shown === folder && panel.viewType === panelType && panel.title !== record.name) {
        panel.title = record.name;
      }
    }
    if (!here) {
      this.push({ folder, run: record });
    }
  }

  push(update: RunUpdate): void {
    for (const session of this.sessions()) {
      session.push(update);
    }
  }

  /**
   * The run was deleted: its editors close, and the side view says so.
   *
   * @param name its own among all runs, by which tabs are known that no page is in yet; undefined where another has it too
   */
  gone(folder: string, name: string | undefined): void {
    for (const [panel, session] of this.editors) {
      if (session.shown === folder) {
        panel.dispose();
      }
    }
    this.side?.session.gone(folder);
    // A page of a run that is no part of the list may have its name too.
    const isShared = [...this.editors].some(([panel, session]) => session.shown !== folder && panel.title === name);
    closePagesNotYetShown(folder, isShared ? undefined : name);
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const folder = typeof state === 'object' && state !== null && 'folder' in state ? state.folder : undefined;
    this.host(panel, typeof folder === 'string' ? folder : undefined);
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    const session = this.connect(view.webview, this.services.current(), ({ run }) => {
      view.description = plain(run.name);
    });
    this.side = { view, session };
    view.onDidChangeVisibility(() => {
      if (!view.visible) {
        session.detach();
      }
    });
    view.onDidDispose(() => {
      session.dispose();
      this.side = undefined;
    });
  }

  /** The editor of `run.json`. */
  readonly runEditor: vscode.CustomReadonlyEditorProvider = {
    openCustomDocument: (uri) => ({ uri, dispose: () => {} }),
    resolveCustomEditor: (document, panel) => this.host(panel, dirname(document.uri.fsPath)),
  };

  private *sessions(): Iterable<PanelSession> {
    yield* this.editors.values();
    if (this.side) {
      yield this.side.session;
    }
  }

  private host(panel: vscode.WebviewPanel, folder: string | undefined): void {
    const icon = (theme: string) => vscode.Uri.joinPath(this.services.extensionUri, 'media', `train-${theme}.svg`);
    panel.iconPath = { light: icon('light'), dark: icon('dark') };
    const session = this.connect(panel.webview, folder, ({ run }) => {
      if (panel.viewType === panelType) {
        panel.title = run.name;
      }
    });
    this.editors.set(panel, session);
    const attend = () => {
      if (panel.active && session.shown !== undefined) {
        this.services.attend(session.shown);
      }
    };
    attend();
    panel.onDidChangeViewState(() => {
      if (!panel.visible) {
        session.detach();
      }
      attend();
    });
    panel.onDidDispose(() => {
      session.dispose();
      this.editors.delete(panel);
    });
  }

  private connect(
    webview: vscode.Webview,
    folder: string | undefined,
    opened: (snapshot: RunSnapshot) => void,
  ): PanelSession {
    const dist = vscode.Uri.joinPath(this.services.extensionUri, 'dist');
    webview.options = { enableScripts: true, localResourceRoots: [dist] };
    const session = new PanelSession(this.services, (message) => void webview.postMessage(message), folder, opened);
    webview.onDidReceiveMessage((message: CallMessage) => void session.receive(message));
    webview.html = panelHtml({
      cspSource: webview.cspSource,
      script: webview.asWebviewUri(vscode.Uri.joinPath(dist, 'webview.js')).toString(),
      nonce: randomBytes(16).toString('base64url'),
    });
    return session;
  }
}

/** Tabs that are back since the window was reloaded, and that VS Code hands over only when they come in sight. */
function closePagesNotYetShown(folder: string, name: string | undefined): void {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  const stale = tabs.filter(({ input, label }) =>
    input instanceof vscode.TabInputCustom ? dirname(input.uri.fsPath) === folder : isPage(input) && label === name,
  );
  // One that was just closed may still be listed.
  void vscode.window.tabGroups.close(stale, true).then(undefined, () => undefined);
}

export const isPage = (input: unknown): boolean =>
  input instanceof vscode.TabInputWebview && input.viewType.endsWith(panelType);
