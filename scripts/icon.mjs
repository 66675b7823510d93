/** Draws media/icon.png (256 pixels, for the list of extensions, which takes no SVG) from media/icon.svg with Chromium. */
import { readFile } from 'node:fs/promises';
import { chromium } from 'playwright-core';

const media = `${import.meta.dirname}/../media`;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
const page = await browser.newPage({ viewport: { width: 256, height: 256 } });
await page.setContent(`<style>body{margin:0}svg{display:block}</style>${await readFile(`${media}/icon.svg`, 'utf8')}`);
await page.screenshot({ path: `${media}/icon.png`, omitBackground: true });
await browser.close();
