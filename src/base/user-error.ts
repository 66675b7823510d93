import type { UserErrorData } from '../protocol/errors';

/** An error that a person can act on: what is wrong, where, and the way out. Anything else thrown is a bug. */
export class UserError extends Error implements UserErrorData {
  override readonly name = 'UserError';
  readonly what: string;
  readonly where: string | undefined;
  readonly wayOut: string;
  readonly actions: UserErrorData['actions'];

  constructor(error: UserErrorData) {
    super(sentence(error));
    this.what = error.what;
    this.where = error.where;
    this.wayOut = error.wayOut;
    this.actions = error.actions;
  }

  toData(): UserErrorData {
    return { what: this.what, where: this.where, wayOut: this.wayOut, actions: this.actions };
  }
}

/** One line, for a terminal or a notification: "what (where). way out". */
export function sentence({ what, where, wayOut }: UserErrorData): string {
  return `${what}${where ? ` (${where})` : ''}. ${wayOut}`;
}
