import { UserError } from '../../base/user-error';
import { visible } from '../../base/visible';

/** A model that is not read. `why` is a sentence without its full stop. */
export function unreadable(file: string, why: string, wayOut: string): UserError {
  return new UserError({ what: `The model cannot be read. ${why}`, where: visible(file), wayOut });
}
