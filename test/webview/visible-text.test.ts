import { describe, expect, it } from 'vitest';
import { visibleLine, visibleText, visibleToken } from '../../webview/visible-text';

describe('text of a dataset in the panel', () => {
  it('keeps line breaks and tabs for reading, and pictures every other control character', () => {
    expect(visibleText('a\n\tb\u001b[31m\u0000\r')).toBe('a\n\tb␛[31m␀␍');
  });

  it('stays on its line as a name', () => {
    expect(visibleLine('a\nb')).toBe('a␊b');
  });

  it('shows white space as a token', () => {
    expect([' ', '\n', '\t', '\u0007', 'é'].map(visibleToken)).toEqual(['␣', '↵', '⇥', '␇', 'é']);
  });
});
