import type { RunChoices } from '../configuration/run';

/** What a person needs to know of a failure. Sentences without a full stop at the end of `what`. */
export interface UserErrorData {
  /** What is wrong: "The file is empty". */
  readonly what: string;
  /** Where: a file with line and column, an option, a run: "prices.csv, line 12, column 3". */
  readonly where?: string | undefined;
  /** What to do about it: one whole sentence with a full stop. */
  readonly wayOut: string;
  /** Remedies that an editor can offer as buttons. */
  readonly actions?: readonly Remedy[] | undefined;
}

/** What to choose instead. */
export interface Remedy {
  readonly label: string;
  /** What an editor does first; it goes on where that says `true`. */
  readonly command?: 'unroll.installNative';
  readonly choices: Pick<RunChoices, 'reading' | 'training' | 'engine'>;
}

/** How an error crosses a thread: a `UserError`, or a bug with its stack. */
export type WireError =
  | { readonly user: UserErrorData }
  | { readonly bug: { readonly message: string; readonly stack?: string | undefined } };
