import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type Page, chromium as playwright } from 'playwright-core';
import { chromium } from '../../scripts/toolchain.mjs';
import { buildPage } from '../../webview/dev/build.mjs';
import type { FakeHost } from '../../webview/dev/fake-host';
import type { ThemeName } from '../../webview/dev/themes';

declare global {
  interface Window {
    readonly unrollHost: FakeHost;
    readonly unrollTheme: (name: ThemeName) => void;
  }
}

export interface PageOptions {
  readonly width?: number;
  readonly height?: number;
  /** What webview/dev/main.tsx reads from the address. */
  readonly query?: string;
}

/** A browser with the panel's development page, whose made-up host does only what a test tells it. */
export class PanelBrowser {
  private readonly problems: string[] = [];

  private constructor(
    private readonly browser: Browser,
    private readonly folder: string,
    private readonly address: string,
  ) {}

  static async start(): Promise<PanelBrowser> {
    const folder = await mkdtemp(join(tmpdir(), 'unroll-panel-'));
    const address = await buildPage(folder);
    const args = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'];
    return new PanelBrowser(await playwright.launch({ executablePath: await chromium(), args }), folder, address);
  }

  /** Throws if a page has thrown or its content security policy has stopped something. */
  async stop(): Promise<void> {
    await this.browser.close();
    await rm(this.folder, { recursive: true, force: true });
    if (this.problems.length > 0) throw new Error(`The pages had problems: ${this.problems.join('; ')}`);
  }

  /** A page of its own. */
  async open({ width = 900, height = 1000, query = '' }: PageOptions = {}): Promise<Page> {
    const page = await this.browser.newPage({ viewport: { width, height } });
    page.on('pageerror', (error) => this.problems.push(error.message));
    page.on('console', (message) => message.type() === 'error' && this.problems.push(message.text()));
    await page.goto(`${this.address}?interval=0&${query}`);
    await page.waitForSelector('#root [data-view]');
    return page;
  }
}

/** Resolves when the browser has drawn twice: whatever was due is on the screen. */
export const drawn = (page: Page): Promise<void> =>
  page.evaluate(() => new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))));

/** How many pixels of a canvas are drawn on. */
export function ink(page: Page, selector: string): Promise<number> {
  return page
    .locator(selector)
    .first()
    .evaluate((element) => {
      const canvas = element instanceof HTMLCanvasElement ? element : element.querySelector('canvas');
      const context = canvas?.getContext('2d');
      if (!canvas || !context) return -1;
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
      let inked = 0;
      for (let i = 3; i < data.length; i += 4) if ((data[i] ?? 0) > 0) inked++;
      return inked;
    });
}
