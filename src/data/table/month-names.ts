const languages = ['en', 'de', 'fr', 'es', 'it', 'pt', 'nl'];

let months: ReadonlyMap<string, number> | undefined;

/** The month that a name or its abbreviation means in one of a few languages (1 to 12): "Jan", "mars", "Sept.", "März". */
export function monthByName(name: string): number | undefined {
  months ??= monthNames();
  return months.get(comparable(name));
}

function monthNames(): ReadonlyMap<string, number> {
  // English alone writes "Sept" in many tables where Intl has "Sep".
  const names = new Map([['sept', 9]]);
  for (const language of languages) {
    for (const style of ['long', 'short'] as const) {
      const format = new Intl.DateTimeFormat(language, { month: style, timeZone: 'UTC' });
      for (let month = 1; month <= 12; month++) {
        const name = comparable(format.format(Date.UTC(2024, month - 1, 1)));
        if (!names.has(name)) names.set(name, month);
      }
    }
  }
  return names;
}

/** Without case, accents and the dot of an abbreviation. */
function comparable(name: string): string {
  return name
    .normalize('NFD')
    .replace(/[\p{M}.]/gu, '')
    .toLowerCase();
}
