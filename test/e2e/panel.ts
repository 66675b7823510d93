import type { Frame } from 'playwright-core';
import { expect } from 'vitest';
import type { RunState } from '../../src/protocol/run';
import type { Workbench } from './workbench';

const slow = 60_000;

/** The page of a run, once it shows one (of this name, in this state). It is another frame after hiding or reloading. */
export function panelOf(vscode: Workbench, { state, name }: { state?: RunState; name?: string } = {}): Promise<Frame> {
  const inState = state ? `[data-state="${state}"]` : '';
  const named = name ? `:has(h1:text-is(${JSON.stringify(name)}))` : '';
  return vscode.webview(`[data-view="header"]${inState}${named}`, slow);
}

/** Resolves when the page shows the run in this state. */
export async function becomes(panel: Frame, state: RunState): Promise<void> {
  await panel.locator(`[data-view="header"][data-state="${state}"]`).waitFor({ timeout: slow });
}

/** Resolves when the page shows the run at this step or later. */
export async function reaches(panel: Frame, step: number): Promise<void> {
  await expect.poll(() => stepOf(panel), { timeout: slow }).toBeGreaterThanOrEqual(step);
}

export const nameOf = (panel: Frame) => panel.locator('h1').innerText();
export const stepOf = (panel: Frame) => number(panel, '[data-view="header"]', 'data-step');
/** Points of the loss chart. */
export const pointsOf = (panel: Frame) => number(panel, '.loss', 'data-points');
/** First and last step in sight in the loss chart. */
export const zoomOf = (panel: Frame) => panel.locator('.loss').getAttribute('data-steps', { timeout: slow });
/** Of the sample that is shown. */
export const sampleStepOf = (panel: Frame) => number(panel, '[data-sample-step]', 'data-sample-step');
export const sampleTextOf = (panel: Frame) => panel.locator('[data-sample-text]').innerText({ timeout: slow });

/** The heat maps: gates and states with their size, "f 32 x 40". */
export async function heatMapsOf(panel: Frame): Promise<readonly string[]> {
  await panel.locator('.heat-map').first().waitFor({ timeout: slow });
  return panel
    .locator('.heat-map')
    .evaluateAll((maps) => maps.map((map) => `${map.getAttribute('data-gate')} ${map.getAttribute('data-cells')}`));
}

async function number(panel: Frame, selector: string, attribute: string): Promise<number> {
  return Number(await panel.locator(selector).getAttribute(attribute, { timeout: slow }));
}
