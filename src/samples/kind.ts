import type { DatasetReport } from '../protocol/dataset';
import type { FileKind } from '../protocol/panel';
import type { Sample, SampleRequest } from '../protocol/run';

/** Something that may be said before a sample is made: a field of the panel's form, a question of the command. */
export interface SampleField {
  readonly key: 'prompt' | 'group' | 'length' | 'temperature' | 'topK' | 'beam' | 'audio';
  readonly label: string;
  readonly question: string;
  readonly hint?: string;
  /** What Enter takes. */
  readonly value: string;
  /** What a number must be; absent where any text will do. */
  readonly number?: { readonly min: number; readonly max: number; readonly step: number };
  /** Of a path: the files that it may lead to, which a dialog offers. */
  readonly file?: FileKind;
}

/** What a task's samples are to whoever shows them, whether in a terminal, an editor or a panel. */
export interface SampleKind<S extends Sample> {
  /** Tells samples of the same step apart, across reloads. */
  key(sample: S): string;
  /** What may be said before one is made. */
  fields(dataset: Pick<DatasetReport, 'text' | 'table'>, latest: S | undefined): readonly SampleField[];
  /** A few lines, for a terminal while it trains. Whatever comes from a file is made safe to show. */
  glance(sample: S): string;
  /** All of it, for a terminal. */
  text(sample: S): string;
  /** All of it, to keep: of which kind of file, and its content. */
  document(sample: S): { readonly extension: 'txt' | 'csv'; readonly content: string };
}

/** What is wrong with the answer to a field. */
export function fieldProblem({ number }: SampleField, answer: string): string | undefined {
  if (!number) return undefined;
  const { min, max, step } = number;
  const value = Number(answer);
  const isFit = answer.trim() !== '' && value >= min && value <= max && (step < 1 || Number.isInteger(value));
  return isFit ? undefined : `A ${step < 1 ? '' : 'whole '}number from ${min} to ${max}`;
}

/** The request that the answers to some fields make; an empty text is none. */
export function requestOf(fields: readonly SampleField[], answers: readonly string[]): SampleRequest {
  return Object.fromEntries(
    fields.flatMap(({ key, number }, index) => {
      const answer = answers[index] ?? '';
      return answer === '' ? [] : [[key, number ? Number(answer) : answer]];
    }),
  );
}
