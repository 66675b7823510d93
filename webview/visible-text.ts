import { visible } from '../src/base/visible';

/** Text for reading: line breaks and tabs lay out, every other control character is shown as its picture. */
export const visibleText = (text: string): string => visible(text, '\n\t');

/** Text in one line (names, labels): nothing lays out. */
export const visibleLine = (text: string): string => visible(text);

const whiteSpace: Readonly<Record<string, string>> = { ' ': '\u2423', '\n': '\u21b5', '\t': '\u21e5' };

/** A token as a label: white space is seen too. */
export const visibleToken = (token: string): string =>
  visible(token.replace(/[ \n\t]/g, (space) => whiteSpace[space] ?? space));
