import { describe, expect, it } from 'vitest';
import { panelHtml } from '../../../src/editor/panel/html';

const page = panelHtml({ cspSource: 'https://webview', script: 'https://webview/webview.js', nonce: 'abc' });
const policy = page.match(/Content-Security-Policy" content="([^"]+)"/)?.[1] ?? '';

describe('the page of the panel', () => {
  it('loads nothing by default, and one script by its nonce', () => {
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'nonce-abc'");
    expect(policy).not.toMatch(/unsafe|script-src[^;]*https|connect-src/);
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(page).toContain('<script nonce="abc" src="https://webview/webview.js">');
  });

  it('tells its script the nonce for styles', () => {
    expect(page).toContain('<meta name="unroll-nonce" content="abc">');
    expect(policy).toContain("style-src https://webview 'nonce-abc'");
  });
});
