// @vitest-environment node
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawn, ink, PanelBrowser } from './page';

let browser: PanelBrowser;
beforeAll(async () => {
  browser = await PanelBrowser.start();
});
afterAll(() => browser.stop());

const loss = (page: Page) => page.locator('[data-view=loss] [data-points]');
const xOfZoom = (page: Page) =>
  page.evaluate(
    () => (JSON.parse(sessionStorage.getItem('state') ?? '{}') as { run?: Record<string, unknown> }).run?.['loss.zoom'],
  );

async function drag(page: Page, from: number, to: number): Promise<void> {
  const box = await page.locator('[data-view=loss] .u-over').first().boundingBox();
  if (!box) throw new Error('no chart');
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width * from, y);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * to, y, { steps: 4 });
  await page.mouse.up();
}

describe('the loss chart', () => {
  it('has every point of the run and draws them', async () => {
    const page = await browser.open({ query: 'step=330' });
    expect(await loss(page).getAttribute('data-points')).toBe('330');
    expect(await ink(page, '[data-view=loss] canvas')).toBeGreaterThan(2000);
    await page.close();
  });

  it('draws what is appended', async () => {
    const page = await browser.open({ query: 'step=100' });
    await page.evaluate(() => window.unrollHost.advance(50));
    await page.waitForSelector('[data-points="150"]');
    expect(await page.locator('[data-view=header]').getAttribute('data-step')).toBe('150');
    await page.locator('[data-view=loss] .toggle', { hasText: 'Table' }).click();
    expect(await page.locator('[data-view=loss] tbody tr').first().locator('th').textContent()).toBe('150');
    await page.close();
  });

  it('draws at most once a frame however many updates come, and keeps up with 100,000 points', async () => {
    const page = await browser.open({ query: 'step=10&steps=200000' });
    const { frames, draws } = await page.evaluate(async () => {
      const chart = document.querySelector<HTMLElement>('[data-view=loss] .line-chart');
      const drawsOf = () => Number(chart?.dataset.draws ?? 0);
      const before = drawsOf();
      let frames = 0;
      const frame = () => new Promise<void>((done) => requestAnimationFrame(() => done(void frames++)));
      let step = 10;
      const update = (points: number) => {
        const column = (value: (i: number) => number) =>
          Float64Array.from({ length: points }, (_, i) => value(step + 1 + i));
        window.unrollHost.tell('update', {
          folder: '/home/you/project/.unroll/runs/2026-05-04-a1',
          metrics: {
            step: column((s) => s),
            loss: column((s) => 1 + 1000 / (s + 300) + Math.sin(s) / 20),
            validationLoss: column((s) => (s % 20 === 0 ? 1.2 + 1000 / (s + 300) : Number.NaN)),
            gradientNorm: column(() => 1),
          },
        });
        step += points;
      };
      for (let i = 0; i < 20; i++) {
        for (let j = 0; j < 50; j++) update(100);
        await frame();
      }
      await frame();
      await frame();
      return { frames, draws: drawsOf() - before };
    });
    expect(await loss(page).getAttribute('data-points')).toBe('100010');
    expect(draws).toBeGreaterThan(0);
    expect(draws).toBeLessThanOrEqual(frames);
    await page.close();
  });

  it('keeps its zoom when the page comes back, and shows everything again on a double click', async () => {
    const page = await browser.open({ query: 'step=300' });
    await drag(page, 0.25, 0.5);
    await page.waitForSelector('text=Show all steps');
    const zoom = await xOfZoom(page);
    await page.reload();
    await page.waitForSelector('text=Show all steps');
    expect(await xOfZoom(page)).toEqual(zoom);
    await page.locator('[data-view=loss] .u-over').first().dblclick();
    await page.waitForSelector('text=Show all steps', { state: 'detached' });
    await page.close();
  });

  it('keeps its zoom while points come', async () => {
    const page = await browser.open({ query: 'step=300' });
    await drag(page, 0.25, 0.5);
    await page.waitForSelector('text=Show all steps');
    const zoom = await xOfZoom(page);
    await page.evaluate(() => window.unrollHost.advance(40));
    await page.waitForSelector('[data-points="340"]');
    expect(await xOfZoom(page)).toEqual(zoom);
    await page.close();
  });

  it('keeps its scale and smoothing when the page comes back', async () => {
    const page = await browser.open();
    await page.locator('.toggle', { hasText: 'Log' }).click();
    await page.locator('.toggle', { hasText: 'Smooth' }).click();
    await page.reload();
    await page.waitForSelector('[data-view=loss]');
    expect(await page.locator('.toggle[aria-pressed=true]').allTextContents()).toEqual(['Log', 'Smooth']);
    await page.close();
  });

  it('is used by key: the cursor moves and reads values, plus zooms, 0 shows everything', async () => {
    const page = await browser.open({ query: 'step=300' });
    await page.locator('[data-view=loss] .line-chart').focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.locator('[data-view=loss] .at').textContent()).toBe('step 2');
    await page.keyboard.press('+');
    await page.waitForSelector('text=Show all steps');
    await page.keyboard.press('0');
    await page.waitForSelector('text=Show all steps', { state: 'detached' });
    await page.close();
  });

  it('has a table with the same numbers, the latest first', async () => {
    const page = await browser.open({ query: 'step=340' });
    const legend = await page.locator('[data-view=loss] .key output').allTextContents();
    await page.locator('[data-view=loss] .toggle', { hasText: 'Table' }).click();
    const rows = page.locator('[data-view=loss] tbody tr');
    expect(await rows.count()).toBe(300);
    const latest = await rows.first().locator('th, td').allTextContents();
    expect(latest.slice(0, 3)).toEqual(['340', ...legend.slice(0, 2)]);
    expect(await page.locator('[data-view=loss] .table-box').textContent()).toContain('The latest 300 of 340 points.');
    await page.close();
  });

  it('is redrawn in the colours of another theme', async () => {
    const page = await browser.open({ query: 'theme=dark' });
    const picture = () =>
      page
        .locator('[data-view=loss] canvas')
        .first()
        .evaluate((c) => (c as HTMLCanvasElement).toDataURL());
    const dark = await picture();
    await page.evaluate(() => window.unrollTheme('light'));
    await drawn(page);
    expect(await picture()).not.toBe(dark);
    await page.close();
  });
});
