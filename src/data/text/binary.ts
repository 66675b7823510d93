import { UserError } from '../../base/user-error';
import { isBinary, shareOfControls, signatureOf, sureSignatureOf } from '../signatures';

/**
 * What a file's first bytes look like ("a PNG picture"), or undefined when they can be text in UTF-8 or Latin-1.
 * Not for UTF-16, whose bytes are like those of a binary file.
 */
export function binaryKind(head: Uint8Array): string | undefined {
  const match = signatureOf(head);
  if (match) return match.what;
  if (head.includes(0)) return 'a binary file (it has NUL bytes)';
  if (isBinary(head))
    return `a binary file (${Math.round(100 * shareOfControls(head))} % of it are control characters)`;
  return undefined;
}

/** What a file is whose first bytes stand for one format alone, even where NUL bytes are expected, as in UTF-16. */
export function signedKind(head: Uint8Array): string | undefined {
  return sureSignatureOf(head)?.what;
}

export function notText(name: string, kind: string, where = name): UserError {
  return new UserError({
    what: `This is not text but ${kind}`,
    where,
    wayOut: waysOut.find(([kinds]) => kinds.test(kind))?.[1] ?? 'Choose a text file, or a table as CSV or TSV.',
  });
}

const waysOut: readonly (readonly [kinds: RegExp, wayOut: string])[] = [
  [
    /\.xlsx|Excel/,
    'A spreadsheet can be exported as CSV, a document saved as text; any other archive has to be unpacked.',
  ],
  [/archive/, 'Unpack it, and choose the file inside.'],
  [/PDF/, 'Save its text as a text file, or its table as CSV.'],
  [/SQLite|HDF5|Arrow/, 'Export a table of it as CSV or Parquet.'],
];
