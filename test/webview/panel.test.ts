// @vitest-environment node
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawn, ink, PanelBrowser } from './page';

let browser: PanelBrowser;
beforeAll(async () => {
  browser = await PanelBrowser.start();
});
afterAll(() => browser.stop());

describe('the header', () => {
  it('says the state in words and offers what can be done about it', async () => {
    const page = await browser.open();
    const header = page.locator('[data-view=header]');
    expect(await header.locator('[data-state-word]').textContent()).toBe('Training');
    await page.getByRole('button', { name: 'Pause training' }).click();
    await page.waitForSelector('[data-state=paused]');
    await page.getByRole('button', { name: 'Resume training' }).click();
    await page.waitForSelector('[data-state=running]');
    await page.getByRole('button', { name: 'Stop after the current step' }).click();
    await page.waitForSelector('[data-state=stopped]');
    await page.getByRole('button', { name: 'Continue training' }).click();
    await page.waitForSelector('[data-state=running]');
    expect(await page.evaluate(() => window.unrollHost.calls.map(({ call }) => call))).toEqual([
      'open',
      'pause',
      'unpause',
      'stop',
      'resume',
    ]);
    await page.close();
  });

  it('shows why a run failed and the way out', async () => {
    const page = await browser.open({ query: 'state=failed' });
    const problem = await page.locator('[data-problem]').textContent();
    expect(problem).toContain('The loss is no longer a number');
    expect(problem).toContain('lower learning rate');
    await page.close();
  });
});

describe('gates and states', () => {
  it('has a map of units by time steps for every trace of the chosen layer', async () => {
    const page = await browser.open();
    const maps = page.locator('[data-gate]');
    expect(await maps.evaluateAll((all) => all.map((map) => (map as HTMLElement).dataset.gate))).toEqual([
      'i',
      'f',
      'o',
      'g',
      'c',
      'h',
    ]);
    expect(await maps.first().getAttribute('data-cells')).toBe('64 x 35');
    expect(await ink(page, '[data-gate=f]')).toBeGreaterThan(10_000);
    expect(await page.locator('[data-saturation]').nth(1).textContent()).toContain('2 of 64 units never open');
    await page.locator('[data-choice=layer]').selectOption({ label: '2' });
    await expect.poll(() => page.locator('[data-saturation]').nth(1).textContent()).not.toContain('never open');
    await page.reload();
    await page.waitForSelector('[data-gate]');
    expect(await page.locator('[data-choice=layer]').inputValue()).toBe('1');
    await page.close();
  });

  it('shows layers that read both ways in either direction, which is chosen like the layer', async () => {
    const page = await browser.open({ query: 'task=classify' });
    const statistics = page.locator('[data-saturation]');
    const forwards = await statistics.allTextContents();
    expect(forwards).toHaveLength(4);
    await page.locator('[data-choice=direction]').selectOption({ label: 'backwards' });
    await expect.poll(() => statistics.allTextContents()).not.toEqual(forwards);
    expect(await statistics.count()).toBe(4);
    await page.close();
    const oneWay = await browser.open();
    expect(await oneWay.locator('[data-choice=direction]').count()).toBe(0);
    await oneWay.close();
  });

  it('has one cursor over all maps, moved by key, that reads token, unit and values', async () => {
    const page = await browser.open();
    await page.locator('[data-gate=o]').focus();
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowRight'])
      await page.keyboard.press(key);
    await expect.poll(() => page.locator('[data-readout]').textContent()).toBe('token 5 ␣ · unit 2 of 64');
    expect(await page.locator('[data-gate-value]').count()).toBe(6);
    expect(await page.locator('.cursor-step').count()).toBe(6);
    await page.close();
  });

  it('has a table with the values under the maps', async () => {
    const page = await browser.open();
    await page.locator('[data-view=gates] .toggle', { hasText: 'Table' }).click();
    await page.locator('[data-choice=values]').selectOption('f');
    const cells = page.locator('[data-view=gates] tbody tr').nth(9).locator('th, td');
    expect((await cells.allTextContents()).slice(0, 3)).toEqual(['10', '0.010', '0.010']);
    expect(await page.locator('[data-view=gates] thead th').count()).toBe(36);
    await page.close();
  });

  it('looks at a text of the person, and again after newer recordings', async () => {
    const page = await browser.open({ query: 'step=100' });
    await page.getByLabel('Your own text to look at').fill('abc');
    await page.keyboard.press('Enter');
    await page.waitForSelector('[data-cells="64 x 3"]');
    await page.evaluate(() => window.unrollHost.advance(50));
    await expect.poll(() => page.locator('[data-readout]').textContent()).toBe('recorded at step 150');
    expect(await page.locator('[data-gate=f]').getAttribute('data-cells')).toBe('64 x 3');
    await page.getByRole('button', { name: 'Reset' }).click();
    await page.waitForSelector('[data-cells="64 x 35"]');
    await page.close();
  });
});

describe('samples', () => {
  it('sets the prompt off and never shows control characters raw', async () => {
    const page = await browser.open();
    await page.evaluate(() =>
      window.unrollHost.tell('update', {
        folder: '/home/you/project/.unroll/runs/2026-05-04-a1',
        samples: [
          {
            task: 'language',
            step: 330,
            prompt: 'a\u0007',
            text: '<b>\u001b[2J\u0000\u202e\r\n\tend',
            temperature: 1,
            topK: 5,
            seed: 1,
          },
        ],
      }),
    );
    await expect.poll(() => page.locator('[data-sample-text]').textContent()).toBe('a␇<b>␛[2J␀\\u{202e}␍\n\tend');
    expect(await page.locator('[data-sample-prompt]').textContent()).toBe('a␇');
    await page.close();
  });

  it('goes back to earlier ones by step, stays there while new ones come, and after a reload', async () => {
    const page = await browser.open({ query: 'step=300' });
    const step = page.locator('[data-sample-step]');
    expect(await step.getAttribute('data-sample-step')).toBe('300');
    await page.locator('[data-history]').focus();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => step.getAttribute('data-sample-step')).toBe('200');
    await page.evaluate(() => window.unrollHost.advance(50));
    await page.waitForSelector('[data-points="350"]');
    expect(await step.getAttribute('data-sample-step')).toBe('200');
    await page.reload();
    await page.waitForSelector('[data-sample-step="200"]');
    await page.getByRole('button', { name: 'Latest' }).click();
    await page.waitForSelector('[data-sample-step="300"]');
    await page.close();
  });

  it('come when asked for, with the wishes of the form, and are still there after a reload', async () => {
    const page = await browser.open();
    await page.getByLabel('Prompt').fill('Farewell ');
    await page.getByLabel('Length').fill('50');
    await page.getByLabel('Temperature').fill('0.5');
    await page.getByLabel('Top-k').fill('3');
    await page.getByRole('button', { name: 'Sample', exact: true }).click();
    await expect.poll(() => page.locator('[data-sample-prompt]').textContent()).toBe('Farewell ');
    const asked = await page.evaluate(() => window.unrollHost.calls.at(-1));
    expect(asked).toMatchObject({
      call: 'sample',
      argument: { request: { prompt: 'Farewell ', length: 50, temperature: 0.5, topK: 3 } },
    });
    await page.reload();
    await expect.poll(() => page.locator('[data-sample-prompt]').textContent()).toBe('Farewell ');
    expect(await page.getByLabel('Temperature').inputValue()).toBe('0.5');
    await page.close();
  });

  it('of a series are drawn against the truth, with errors beside forecasts that learn nothing', async () => {
    const page = await browser.open({ query: 'task=forecast&step=600&state=finished' });
    expect(await page.locator('[data-view=samples] [data-points]').getAttribute('data-points')).toBe('120');
    expect(await ink(page, '[data-view=samples] canvas')).toBeGreaterThan(1500);
    const rows = await page.locator('[data-errors] tbody tr').allTextContents();
    expect(rows).toHaveLength(8);
    expect(await page.locator('[data-errors] .best').count()).toBe(8);
    await page.locator('[data-view=samples] .toggle', { hasText: 'Table' }).click();
    expect(await page.locator('[data-view=samples] .table-box tbody tr').count()).toBe(48);
    await page.close();
  });
});

describe('predictions of examples', () => {
  it('have each token coloured by what it adds, the truth beside, and the confusion matrix', async () => {
    const page = await browser.open({ query: 'task=classify&step=600&state=finished' });
    const examples = page.locator('[data-example]');
    expect(await examples.count()).toBe(4);
    const tokens = examples.first().locator('.token');
    expect(await tokens.allTextContents()).toEqual('the lamp came broken and nobody answers my letters'.split(' '));
    const colors = await tokens.evaluateAll((all) => all.map((token) => getComputedStyle(token).backgroundColor));
    expect(new Set(colors).size).toBeGreaterThan(4);
    expect(await page.locator('.confusion td').allTextContents()).toEqual([
      '41',
      '3',
      '2',
      '4',
      '38',
      '1',
      '2',
      '5',
      '30',
    ]);
    await page.locator('[data-view=samples] .toggle', { hasText: 'Table' }).click();
    expect(await page.locator('.classify .table-box:not(.confusion *) tbody tr').count()).toBe(4);
    await page.close();
  });
});

describe('recordings', () => {
  it('stand with their transcripts and errors, the sounds of the chosen one, and where each character was heard', async () => {
    const page = await browser.open({ query: 'task=speech&step=250&state=finished' });
    expect(await page.locator('[data-transcript]').count()).toBe(3);
    const wrong = page.locator('[data-transcript=wrong]').first();
    expect(await wrong.locator('.edit.replaced').count()).toBeGreaterThan(0);
    expect(await wrong.locator('.truth').textContent()).toMatch(/^truth: /);
    await page.locator('[data-transcript] button').nth(1).click();
    expect(await page.locator('[data-spectrogram]').getAttribute('data-spectrogram')).toBe('72 x 40');
    expect(await ink(page, '.spectrogram canvas')).toBe(72 * 40);
    await page.locator('.heard li').nth(2).hover();
    expect(await page.locator('.spectrogram figcaption').textContent()).toMatch(/^. from 0\.27 to 0\.33 s$/);
    await page.locator('#sample-audio').fill('/tmp/mine.wav');
    await page.getByRole('button', { name: 'Transcribe' }).click();
    await page.waitForSelector('[data-transcript=asked]');
    await page.locator('[data-view=samples] .toggle', { hasText: 'Table' }).click();
    expect(await page.locator('.speech .table-box tbody tr').count()).toBe(6);
    await page.getByRole('button', { name: 'Choose…' }).click();
    await expect.poll(() => page.getByLabel('Your own recording').inputValue()).toBe('/recordings/my-own.wav');
    await page.close();
  });
});

describe('translations', () => {
  it('stand beside their sources, with the truth where they are wrong, and what the chosen one attended to', async () => {
    const page = await browser.open({ query: 'task=translate&step=400&state=finished' });
    expect(await page.locator('[data-pair]').count()).toBe(3);
    const wrong = page.locator('[data-pair=wrong]').first();
    expect(await wrong.locator('.truth').textContent()).toMatch(/^truth: \d{4}-\d\d-\d\d$/);
    expect(await page.locator('[data-attention]').getAttribute('data-attention')).toBe('10 x 12');
    await page.locator('[data-pair] button').nth(1).click();
    expect(await page.locator('[data-attention]').getAttribute('data-attention')).toBe('10 x 20');
    const cells = page.locator('.attention tbody tr').first().locator('td');
    const shades = await cells.evaluateAll((all) => all.map((cell) => getComputedStyle(cell).backgroundColor));
    expect(new Set(shades).size).toBeGreaterThan(3);
    await cells.nth(3).hover();
    expect(await page.locator('.attention figcaption').textContent()).toMatch(/^2 ← .+: \d+ %$/);
    await page.locator('[data-view=samples] .toggle', { hasText: 'Table' }).click();
    expect(await page.locator('.translate .table-box tbody tr').count()).toBe(3);
    await page.close();
  });
});

describe('without a run', () => {
  it.each([
    ['empty', 'unroll.train'],
    ['gone', 'unroll.openRun'],
  ])('the %s panel says why and runs a command as the way out', async (state, command) => {
    const page = await browser.open({ query: `state=${state}` });
    await page.waitForSelector(`[data-view=${state}]`);
    await page.locator(`[data-command="${command}"]`).click();
    expect(await page.evaluate(() => window.unrollHost.calls.at(-1))).toMatchObject({
      call: 'command',
      argument: { command },
    });
    await page.close();
  });

  it('a host that fails can be asked again', async () => {
    const page = await browser.open({ query: 'state=unreachable' });
    await page.getByRole('button', { name: 'Try Again' }).click();
    await drawn(page);
    expect(await page.evaluate(() => window.unrollHost.calls.length)).toBe(2);
    expect(await page.locator('[data-problem]').count()).toBe(1);
    await page.close();
  });
});

describe('the page', () => {
  it.each(['dark', 'light', 'high-contrast', 'high-contrast-light'])('fits a narrow side bar in %s', async (theme) => {
    for (const task of ['language', 'forecast', 'classify', 'translate', 'speech', 'frames']) {
      const page = await browser.open({ width: 300, query: `place=side&theme=${theme}&task=${task}` });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(300);
      await page.close();
    }
  });

  it('keeps folded views folded', async () => {
    const page = await browser.open();
    await page.getByRole('button', { name: 'Gates and states' }).click();
    expect(await page.locator('[data-gate]').count()).toBe(0);
    await page.reload();
    await page.waitForSelector('[data-view=gates]');
    expect(await page.locator('[data-gate]').count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Gates and states' }).getAttribute('aria-expanded')).toBe('false');
    await page.close();
  });

  it('stays where it was scrolled to', async () => {
    const page = await browser.open({ width: 300, height: 600 });
    await page.evaluate(() => window.scrollTo(0, 900));
    await drawn(page);
    await page.reload();
    await page.waitForSelector('[data-gate]');
    await expect.poll(() => page.evaluate(() => window.scrollY)).toBe(900);
    await page.close();
  });

  it('opens the run that it showed before', async () => {
    const page = await browser.open();
    await page.reload();
    await page.waitForSelector('[data-view=loss]');
    expect(await page.evaluate(() => window.unrollHost.calls[0])).toMatchObject({
      call: 'open',
      argument: { folder: '/home/you/project/.unroll/runs/2026-05-04-a1' },
    });
    await page.close();
  });

  it('reaches every control by key, each with a name', async () => {
    const page = await browser.open();
    const nameless = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('button, input, select, textarea, [tabindex]')]
        .filter((element) => {
          const labels =
            element instanceof HTMLInputElement ||
            element instanceof HTMLSelectElement ||
            element instanceof HTMLTextAreaElement
              ? element.labels
              : null;
          return !(element.ariaLabel || element.textContent?.trim() || labels?.length) || element.tabIndex < 0;
        })
        .map((element) => element.outerHTML),
    );
    expect(nameless).toEqual([]);
    await page.close();
  });
});
