/** Always the same letter after each: what a network continues once it has learned it. */
export const alphabet = 'abcdefghij'.repeat(150);

export const sentences = 'the cat sat on the mat and the dog sat on the log\n'.repeat(30);

/** A table of a season of twelve rows, a slope, and some wobble that is no season. */
export const seasonal = Array.from({ length: 120 }, (_, row) =>
  Number((20 + 5 * Math.sin((Math.PI * row) / 6) + 0.03 * row + 0.4 * Math.cos(row * row)).toFixed(3)),
);

export const seasonalCsv = `reading\n${seasonal.join('\n')}\n`;

/** Terminal escapes of seven and eight bits, a bell, reversed text, and markup. */
export const hostile = '\u001b[31mred\u001b[0m \u009b2J \u007f\u0007 \u202elive\u202c <img src=x onerror=a()>';

/** What no terminal may get from a dataset, but for line ends and tabs. */
export const rawControls = /(?![\n\t])[\p{Cc}\u202a-\u202e\u2066-\u2069]/u;
