/**
 * Writes ../sea-temperature.csv, ../co2.csv and ../sunspots.csv from the data sets of the Python package statsmodels:
 *   pip download --no-deps statsmodels && unzip statsmodels-*.whl
 *   node measurements.mjs statsmodels/datasets
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const read = (name) =>
  readFileSync(join(process.argv[2], name, `${name}.csv`), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.trim().replaceAll('"', '').split(','));
const write = (name, rows) =>
  writeFileSync(new URL(`../${name}.csv`, import.meta.url), rows.map((row) => `${row.join(',')}\n`).join(''));

// A row a year and a column a month becomes a row a month.
const [[, ...months], ...years] = read('elnino');
const twoDigits = (number) => String(number).padStart(2, '0');
const temperatures = years.flatMap(([year, ...values]) =>
  months.map((_, month) => [`${year}-${twoDigits(month + 1)}`, Number(values[month]).toFixed(2)]),
);
write('sea-temperature', [['month', 'temperature'], ...temperatures]);

// Left as it is, with its empty cells and dates of eight digits, as real tables come.
write('co2', read('co2'));

const [, ...spots] = read('sunspots');
write('sunspots', [['year', 'sunspots'], ...spots]);
