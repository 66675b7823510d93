import type { UserErrorData, WireError } from '../protocol/errors';

function isUserError(error: unknown): error is UserErrorData {
  return error instanceof Error && 'what' in error && 'wayOut' in error;
}

/** What a person is told of any failure; a bug is named as one. */
export function readable(error: unknown): UserErrorData {
  if (isUserError(error)) {
    return { what: error.what, where: error.where, wayOut: withoutOptions(error.wayOut), actions: error.actions };
  }
  const message = error instanceof Error ? error.message : String(error);
  return {
    what: `Something failed inside Unroll: ${message}`,
    wayOut: 'The output channel "Unroll" has the details; nothing that was trained is lost.',
  };
}

/** Without what stands in brackets for the command line: here are buttons and menus for that. */
const withoutOptions = (wayOut: string) => wayOut.replace(/ \((?:--|unroll )[^()]*\)/g, '');

/** The same for a page, which shows a bug's stack itself. */
export function toWire(error: unknown): WireError {
  if (isUserError(error)) {
    return { user: readable(error) };
  }
  const bug = error instanceof Error ? error : new Error(String(error));
  return { bug: { message: bug.message, stack: bug.stack } };
}

/** The line in "prices.csv, line 12, column 3", zero-based as editors count; undefined where none is named. */
export function lineOf(where: string | undefined): number | undefined {
  const line = where?.match(/\bline (\d+)/)?.[1];
  return line === undefined ? undefined : Math.max(0, Number(line) - 1);
}
