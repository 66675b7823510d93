import { parseText } from './records';

/** Records from the beginning of a text, the names of columns among them. */
export type Sample = readonly (readonly string[])[];

export const sampleRecords = 500;

/** The sample of a text by each delimiter, read once. */
export function samplesOf(text: string, open: boolean): (delimiter: string) => Sample {
  const samples = new Map<string, Sample>();
  return (delimiter) => {
    const sample = samples.get(delimiter) ?? sampleOf(text, delimiter, open);
    samples.set(delimiter, sample);
    return sample;
  };
}

export function sampleOf(text: string, delimiter: string, open: boolean): Sample {
  const whole = parseText(text, delimiter, open).data;
  // A first record longer than the sample is better seen in part than not at all.
  const records = whole.length > 0 ? whole : parseText(text, delimiter, false).data;
  return records.filter((record) => record.length > 1 || record[0]?.trim()).slice(0, sampleRecords);
}

/** The number of columns that most records have, and their share. */
export function usualWidth(records: readonly (readonly string[])[]): {
  readonly width: number;
  readonly share: number;
} {
  const counts = new Map<number, number>();
  for (const { length } of records) counts.set(length, (counts.get(length) ?? 0) + 1);
  const [width, count] = [...counts].toSorted((a, b) => b[1] - a[1])[0] ?? [0, 0];
  return { width, share: count / Math.max(1, records.length) };
}
