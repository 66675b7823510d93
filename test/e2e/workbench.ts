import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Browser, BrowserContext, Frame, Locator, Page } from 'playwright-core';
import { root } from '../../scripts/toolchain.mjs';
import {
  openWorkbench,
  startBrowser,
  startServer,
  type VSCodeServer,
  webviewWith,
  workbenchReady,
} from '../../scripts/vscode-server.mjs';

const screenshots = join(root, 'out', 'screenshots');

export const themes = {
  light: { name: 'Light Modern', mark: 'vs' },
  dark: { name: 'Dark Modern', mark: 'vs-dark' },
  'high-contrast': { name: 'Default High Contrast', mark: 'hc-black' },
} as const;
export type Theme = keyof typeof themes;

export interface WorkbenchOptions {
  /** The extension to install. */
  readonly vsix: string;
  readonly theme?: Theme;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Of the window, in CSS pixels. */
  readonly size?: { readonly width: number; readonly height: number };
}

/** A VS Code with the extension installed and a fresh folder open, used as a person uses it: by keyboard and eye. */
export class Workbench {
  #page: Page;
  #theme: Theme;

  private constructor(
    private readonly server: VSCodeServer,
    private readonly browser: Browser,
    private readonly context: BrowserContext,
    page: Page,
    /** The open folder; it holds a copy of `examples/`. */
    readonly folder: string,
    theme: Theme,
  ) {
    this.#page = page;
    this.#theme = theme;
  }

  static async start(options: WorkbenchOptions): Promise<Workbench> {
    const { vsix, theme = 'dark', settings = {}, env = {}, size = { width: 1400, height: 900 } } = options;
    const folder = await mkdtemp(join(tmpdir(), 'unroll-e2e-'));
    await cp(join(root, 'examples'), join(folder, 'examples'), { recursive: true });
    const server = await startServer({
      vsix,
      env,
      settings: {
        'workbench.colorTheme': themes[theme].name,
        'window.confirmBeforeClose': 'never',
        'files.autoSave': 'off',
        ...settings,
      },
    });
    const browser = await startBrowser();
    const context = await browser.newContext({ viewport: size });
    const page = await context.newPage();
    await openWorkbench(page, server.url({ folder }));
    return new Workbench(server, browser, context, page, folder, theme);
  }

  /** Ends everything and removes the folder. */
  async stop(): Promise<void> {
    await this.browser.close();
    await this.server.stop();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  get page(): Page {
    return this.#page;
  }

  /** What the server and the extension host have printed, for a message of a test that failed. */
  get log(): string {
    return this.server.log();
  }

  /**
   * Reloads the window by its own command, which writes down first which editors are open and in front. A browser that
   * reloads does not wait for that.
   */
  async reload(): Promise<void> {
    const loaded = this.page.waitForEvent('load');
    await this.command('Developer: Reload Window');
    await loaded;
    await workbenchReady(this.page);
  }

  /**
   * Closes the window without a farewell, as when a browser ends; the extension host ends with it. `openWindow` brings
   * it back with what was open and in front at the last `reload` or a few seconds ago, whichever was later.
   */
  async closeWindow(): Promise<void> {
    await this.page.close({ runBeforeUnload: false });
  }

  async openWindow(): Promise<void> {
    this.#page = await this.context.newPage();
    await openWorkbench(this.page, this.server.url({ folder: this.folder }));
  }

  /** Switches the colour theme, in the way that a person does. */
  async setTheme(theme: Theme): Promise<void> {
    await this.command('Preferences: Color Theme');
    await this.enter('Select Color Theme', themes[theme].name);
    await this.page.locator(`.monaco-workbench.${themes[theme].mark}`).waitFor();
    this.#theme = theme;
  }

  /** Adds to the user's settings; they hold from the next `reload` or `openWindow`. */
  async changeSettings(settings: Readonly<Record<string, unknown>>): Promise<void> {
    await this.server.changeSettings(settings);
  }

  /** Saves a picture of the window as `out/screenshots/<theme>-<name>.png`. */
  async screenshot(name: string): Promise<void> {
    await mkdir(screenshots, { recursive: true });
    await this.page.screenshot({ path: join(screenshots, `${this.#theme}-${name}.png`), animations: 'disabled' });
  }

  /** Two, of each theme where all are wanted: the window as it is, and high enough for a whole panel. */
  async pictures(name: string): Promise<void> {
    const all: readonly Theme[] = ['light', 'high-contrast', 'dark'];
    for (const theme of process.env.UNROLL_PICTURES === 'one' ? [this.#theme] : all) {
      if (theme !== this.#theme) await this.setTheme(theme);
      await this.screenshot(name);
      await this.resize(1400, 1900);
      await this.screenshot(`${name}-whole`);
      await this.resize(1400, 900);
    }
  }

  /** Runs a command of the palette by its whole title, "Unroll: Train on This File". Does not wait for what it does. */
  async command(title: string): Promise<void> {
    await this.#choose('F1', `>${title}`, title);
  }

  /** Opens a file of the folder in an editor, by its path within the folder. */
  async openFile(path: string): Promise<void> {
    await this.#choose('ControlOrMeta+P', path, basename(path));
    await this.tab(basename(path)).waitFor();
  }

  /** Types into a list that a key opens, and takes the row with exactly this label. */
  async #choose(key: string, typed: string, label: string): Promise<void> {
    const input = this.#quickInput.locator('input.input');
    const row = this.#row(label);
    for (let tries = 30; ; tries--) {
      try {
        // What closes just then may take the list along.
        if (!(await input.isVisible())) await this.page.keyboard.press(key);
        await input.fill(typed, { timeout: 2000 });
        await row.waitFor({ timeout: 1000 });
        break;
      } catch (error) {
        if (tries === 0) throw error;
        // After a start the list does not know yet what extensions add, and it asks again only when one types.
        if (await input.isVisible()) await input.fill(typed.slice(0, 1), { timeout: 1000 }).catch(() => undefined);
      }
    }
    await this.#take(row);
  }

  /** Walks down to a row of the list that is open, and takes it. */
  async #take(row: Locator): Promise<void> {
    const focused = row.and(this.#focusedRow);
    for (let steps = 20; steps > 0 && (await focused.count()) === 0; steps--)
      await this.page.keyboard.press('ArrowDown');
    await focused.waitFor();
    await this.page.keyboard.press('Enter');
    await row.waitFor({ state: 'hidden' });
  }

  #row(label: string): Locator {
    return this.#quickInput
      .locator('.monaco-list-row')
      .filter({ has: this.page.locator('.label-name', { hasText: exactly(label) }) })
      .first();
  }

  /** Waits for a quick pick or input box whose title or placeholder holds the text. */
  async quickPick(text: string): Promise<Locator> {
    const titled = this.#quickInput.filter({ has: this.page.locator('.quick-input-title', { hasText: text }) });
    const hinted = this.#quickInput.filter({ has: this.page.locator(`input[placeholder*=${JSON.stringify(text)}]`) });
    const pick = titled.or(hinted);
    await pick.waitFor();
    return pick;
  }

  /** What the rows of the quick pick that is open say, each with its description. */
  async quickPickRows(): Promise<readonly string[]> {
    return this.#quickInput.locator('.monaco-list-row').allInnerTexts();
  }

  /** Waits for a quick pick and takes its proposal, by Enter alone. */
  async accept(text: string): Promise<void> {
    await this.quickPick(text);
    await this.#focusedRow.waitFor();
    await this.page.keyboard.press('Enter');
  }

  /** Waits for a quick pick and takes the row with this label, by the arrow keys. */
  async pick(text: string, label: string): Promise<void> {
    await this.quickPick(text);
    const row = this.#row(label);
    await row.waitFor();
    await this.#take(row);
  }

  /** Waits for an input box, and enters a value in the place of what stands there. */
  async enter(text: string, value: string): Promise<void> {
    const box = await this.quickPick(text);
    await box.locator('input.input').fill(value);
    await this.page.keyboard.press('Enter');
  }

  get #quickInput(): Locator {
    return this.page.locator('.quick-input-widget:visible');
  }

  get #focusedRow(): Locator {
    return this.#quickInput.locator('.monaco-list-row.focused');
  }

  /** The tab of an editor, by its whole label. */
  tab(label: string): Locator {
    // Its group, and whether it is pinned, are told after the label.
    return this.page
      .locator(`.tab[aria-label=${JSON.stringify(label)}], .tab[aria-label^=${JSON.stringify(`${label}, `)}]`)
      .first();
  }

  /** A notification that holds the text. */
  notification(text: string): Locator {
    return this.page.locator('.notification-list-item', { hasText: text });
  }

  /** A question that must be answered before anything else. */
  dialog(text: string): Locator {
    return this.page.locator('.monaco-dialog-box', { hasText: text });
  }

  /** The item of the status bar that stands for what is being trained. */
  get trainingItem(): Locator {
    return this.page.locator('.statusbar-item', { has: this.page.locator('[aria-label^="Unroll trains: "]') });
  }

  statusBarItem(text: string | RegExp): Locator {
    return this.page.locator('.statusbar-item', { hasText: text });
  }

  /** Rows of the view (by its title) in a side bar. */
  treeRows(view: string): Locator {
    return this.page
      .locator('.pane', { has: this.page.locator('.pane-header', { hasText: view }) })
      .locator('.monaco-list-row');
  }

  /** The document of a webview in which something matches the selector; waits until there is one. */
  webview(selector: string, milliseconds = 30_000): Promise<Frame> {
    return webviewWith(this.page, selector, milliseconds);
  }

  /** Opens a file and takes the proposal of every question. */
  async trainAsProposed(path: string): Promise<void> {
    await this.openFile(path);
    await this.command('Unroll: Train on This File');
    await this.acceptAll(basename(path));
  }

  /** Opens a file, asks to train on it, and waits for the first question: what its rows say, with single spaces. */
  async readingOf(path: string): Promise<string> {
    await this.openFile(path);
    await this.command('Unroll: Train on This File');
    await this.quickPick(`Train on ${basename(path)} (1/4)`);
    return (await this.quickPickRows()).join('\n').replaceAll(/[^\S\n]+/g, ' ');
  }

  /** Takes the proposal of every question about a training on the file of this name. */
  async acceptAll(name: string): Promise<void> {
    for (const step of [1, 2, 3, 4]) await this.accept(`Train on ${name} (${step}/4)`);
  }

  /** An action in the title of the editor that is active. */
  editorAction(label: string): Locator {
    return this.page.locator('.editor-group-container.active .editor-actions').getByRole('button', { name: label });
  }

  /** Opens the context menu of a row by keyboard, and takes an entry. */
  async contextMenu(row: Locator, entry: string): Promise<void> {
    await row.click();
    await this.page.keyboard.press('Shift+F10');
    // A menu that has just opened swallows a click, but not a key.
    const item = this.page.getByRole('menuitem', { name: entry, exact: true });
    await item.hover();
    await this.page.locator('.action-item.focused', { has: item }).waitFor();
    await this.page.keyboard.press('Enter');
    await item.waitFor({ state: 'hidden' });
  }

  /** Points at something until its tooltip is there: VS Code drops one whose row is drawn anew meanwhile. */
  async hover(target: Locator, tooltip: Locator): Promise<void> {
    for (let tries = 10; tries > 0; tries--) {
      await target.hover();
      const seen = await tooltip.waitFor({ timeout: 3_000 }).then(
        () => true,
        () => false,
      );
      if (seen) return;
      await this.page.mouse.move(0, 0);
    }
    await tooltip.waitFor({ timeout: 1 });
  }

  /** A file or folder in the explorer. */
  explorerRow(name: string): Locator {
    return this.page.locator('.explorer-folders-view .monaco-list-row', { hasText: name });
  }

  /** Opens a new editor with this text. */
  async writeUntitled(text: string): Promise<void> {
    await this.command('File: New Untitled Text File');
    await this.page.locator('.tab.active[aria-label^="Untitled-"]').waitFor();
    await this.write(text);
  }

  /** Inserts a text where the cursor is, at once. */
  async write(text: string): Promise<void> {
    await this.page.locator('.editor-group-container.active .monaco-editor.focused').waitFor();
    await this.page.keyboard.insertText(text);
  }

  /** Closes the editor that is active. */
  closeEditor(): Promise<void> {
    return this.command('View: Close Editor');
  }

  resize(width: number, height: number): Promise<void> {
    return this.page.setViewportSize({ width, height });
  }
}

/** Nothing but the text; an icon before it is read as a space. */
function exactly(text: string): RegExp {
  return new RegExp(`^\\s*${text.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&')}$`);
}
