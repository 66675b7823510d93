/**
 * Writes ../power.csv: the hourly load of an invented small town over half a year, written as a German spreadsheet
 * would: semicolons, decimal commas, day first, thousands with a point, the latest hour first, a few empty cells.
 * The load follows the hour of the day, the day of the week and the temperature.
 *   node power.mjs
 */
import { writeFileSync } from 'node:fs';
import { generator } from './generator.mjs';

const { uniform, normal } = generator(7);
const hours = 24 * 182;
const start = Date.UTC(2024, 0, 1);
const twoDigits = (number) => String(number).padStart(2, '0');
const german = (value, digits) => (uniform() < 0.002 ? '' : value.toLocaleString('de-DE', { minimumFractionDigits: digits, maximumFractionDigits: digits }));

let weather = 0;
const rows = Array.from({ length: hours }, (_, hour) => {
  const date = new Date(start + 3_600_000 * hour);
  const clock = date.getUTCHours();
  const weekend = date.getUTCDay() % 6 === 0;
  weather = 0.98 * weather + 0.4 * normal();
  const season = 10 - 9 * Math.cos((2 * Math.PI * hour) / (24 * 366));
  const temperature = season + weather - 4 * Math.cos((2 * Math.PI * (clock - 3)) / 24);
  const working = weekend ? 0.35 : 1;
  const day = working * Math.exp(-(((clock - 11) / 4.5) ** 2)) + 0.7 * Math.exp(-(((clock - 19) / 2) ** 2));
  const load = 820 + 520 * day + 14 * Math.max(0, 16 - temperature) + 12 * normal();
  const written = `${twoDigits(date.getUTCDate())}.${twoDigits(date.getUTCMonth() + 1)}.${date.getUTCFullYear()} ${twoDigits(clock)}:00`;
  return `${written};${german(temperature, 1)};${german(load, 1)}`;
});

const lines = ['Zeit;Temperatur (°C);Last (kW)', ...rows.reverse()];
writeFileSync(new URL('../power.csv', import.meta.url), `${lines.join('\r\n')}\r\n`);
