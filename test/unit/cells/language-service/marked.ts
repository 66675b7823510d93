/** A cell with these lines between its braces, the place of `|` in it, and the text without that mark. */
export function marked(...lines: readonly string[]): { readonly text: string; readonly offset: number } {
  const text = `cell a {\n${lines.map((line) => `  ${line}\n`).join('')}}\n`;
  const offset = text.indexOf('|');
  return { text: text.replace('|', ''), offset };
}
