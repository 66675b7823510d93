import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { excerpt, visible, visibleJson } from '../../../src/base/visible';

describe('visible', () => {
  it('shows what would act on a terminal or turn the direction of text', () => {
    expect(visible('a\u001b[31mb\r\n\u0007\u007f')).toBe('a␛[31mb␍␊␇␡');
    expect(visible('\u009b2J \u202etxt.exe \u2066x\u2069 \ufeff')).toBe(
      '\\u{9b}2J \\u{202e}txt.exe \\u{2066}x\\u{2069} \\u{feff}',
    );
  });

  it('keeps letters of every script, emoji and the characters that are asked for', () => {
    expect(visible('Zürich 東京 عربى 👩‍🚀')).toBe('Zürich 東京 عربى 👩‍🚀');
    expect(visible('a\tb\nc\u001b', '\n\t')).toBe('a\tb\nc␛');
  });

  it('leaves no control, format override or lone surrogate in any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(visible(text)).not.toMatch(/[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/u);
      }),
    );
  });

  it('cuts an excerpt between code points and says that it is cut', () => {
    expect(excerpt('short')).toBe('short');
    expect(excerpt('🎈'.repeat(10), 5)).toBe('🎈🎈🎈🎈…');
    expect(excerpt('a\nb')).toBe('a␊b');
  });

  it('writes JSON that says the same without a character that acts on a terminal', () => {
    expect(visibleJson({ text: '\u009b\u202e\n\u{e0041}é' })).toBe('{"text":"\\u009b\\u202e\\n\\udb40\\udc41é"}');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(visibleJson(text)).not.toMatch(/[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/u);
        expect(JSON.parse(visibleJson(text))).toBe(text);
      }),
    );
  });
});
