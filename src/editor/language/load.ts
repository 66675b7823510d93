import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { CellLanguage } from '../../protocol/language';

/** Loads `language.js`, which lies beside the host's bundle; once. */
export function loadCellLanguage(): CellLanguage {
  const load = createRequire(__filename);
  const bundle: { readonly cellLanguage: CellLanguage } = load(join(__dirname, 'language.js'));
  return bundle.cellLanguage;
}
