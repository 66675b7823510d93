const languages = ['en', 'de', 'fr', 'es', 'it', 'pt', 'nl'];

let months: ReadonlyMap<string, number> | undefined;
/** As above, without accents; spelt out, since asking Intl takes longer than a table's first look. */
const weekdays = new Set(
  (
    'mon tue tues wed thu thur thurs fri sat sun monday tuesday wednesday thursday friday saturday sunday ' +
    'mo di mi do fr sa so montag dienstag mittwoch donnerstag freitag samstag sonntag ' +
    'lun mar mer jeu ven sam dim lundi mardi mercredi jeudi vendredi samedi dimanche ' +
    'mie jue vie sab dom lunes martes miercoles jueves viernes sabado domingo ' +
    'gio lunedi martedi mercoledi giovedi venerdi sabato domenica ' +
    'seg ter qua qui sex segunda terca quarta quinta sexta segunda-feira terca-feira quarta-feira quinta-feira sexta-feira ' +
    'ma wo vr za zo maandag dinsdag woensdag donderdag vrijdag zaterdag zondag'
  ).split(' '),
);

/** The month that a name or its abbreviation means in one of a few languages (1 to 12): "Jan", "mars", "Sept.", "März". */
export function monthByName(name: string): number | undefined {
  months ??= monthNames();
  return months.get(comparable(name));
}

/** Whether it is the name of a weekday or its abbreviation in one of these languages. */
export const isWeekday = (name: string) => weekdays.has(comparable(name));

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
const comparable = (name: string) => withoutAccents(name).replaceAll('.', '').toLowerCase();

export const withoutAccents = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '');
