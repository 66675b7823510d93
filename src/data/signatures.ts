/** What of other files than texts is read here. */
export type FileFormat = 'png' | 'jpeg' | 'gif' | 'wav' | 'mp3' | 'ogg' | 'flac' | 'npy' | 'parquet' | 'zip';

interface Signature {
  readonly what: string;
  /** Of what a reader of Unroll takes. */
  readonly format?: FileFormat;
  readonly starts: string;
  /** What must stand at byte 4 or 8, where the start alone says too little. */
  readonly also?: { readonly at: 4 | 8; readonly text: string };
  /** Letters alone can begin a text too; they count when other bytes look binary. */
  readonly weak?: true;
}

/** Bytes as Latin-1 text, from the formats' own specifications. */
const signatures: readonly Signature[] = [
  { what: 'a PNG picture', format: 'png', starts: '\x89PNG\r\n\x1a\n' },
  { what: 'a JPEG picture', format: 'jpeg', starts: '\xff\xd8\xff' },
  { what: 'a GIF picture', format: 'gif', starts: 'GIF8', weak: true },
  { what: 'a WebP picture', starts: 'RIFF', also: { at: 8, text: 'WEBP' } },
  { what: 'a WAV recording', format: 'wav', starts: 'RIFF', also: { at: 8, text: 'WAVE' } },
  { what: 'a TIFF picture', starts: 'II*\0' },
  { what: 'a TIFF picture', starts: 'MM\0*' },
  { what: 'a BMP picture', starts: 'BM', weak: true },
  { what: 'a PDF document', starts: '%PDF-' },
  { what: 'a ZIP archive (an .xlsx, .ods, .docx or .zip file)', format: 'zip', starts: 'PK\x03\x04' },
  { what: 'an old Excel, Word or Outlook file', starts: '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1' },
  { what: 'a gzip archive', starts: '\x1f\x8b' },
  { what: 'a bzip2 archive', starts: 'BZh', weak: true },
  { what: 'an xz archive', starts: '\xfd7zXZ\0' },
  { what: 'a Zstandard archive', starts: '\x28\xb5\x2f\xfd' },
  { what: 'a 7-Zip archive', starts: "7z\xbc\xaf'\x1c" },
  { what: 'a RAR archive', starts: 'Rar!\x1a\x07' },
  { what: 'an SQLite database', starts: 'SQLite format 3\0' },
  { what: 'an HDF5 file', starts: '\x89HDF\r\n\x1a\n' },
  { what: 'a NumPy array', format: 'npy', starts: '\x93NUMPY' },
  { what: 'a Parquet file', format: 'parquet', starts: 'PAR1', weak: true },
  { what: 'an Arrow or Feather file', starts: 'ARROW1', weak: true },
  { what: 'an MP3 recording', format: 'mp3', starts: 'ID3', weak: true },
  { what: 'an MP3 recording', format: 'mp3', starts: '\xff\xfb', weak: true },
  { what: 'an MP3 recording', format: 'mp3', starts: '\xff\xf3', weak: true },
  { what: 'an MP3 recording', format: 'mp3', starts: '\xff\xf2', weak: true },
  { what: 'an MP3 recording', format: 'mp3', starts: '\xff\xfa', weak: true },
  { what: 'an Ogg recording', format: 'ogg', starts: 'OggS', weak: true },
  { what: 'a FLAC recording', format: 'flac', starts: 'fLaC', weak: true },
  { what: 'an MP4 or QuickTime recording', starts: '', also: { at: 4, text: 'ftyp' }, weak: true },
  { what: 'a Matroska or WebM recording', starts: '\x1a\x45\xdf\xa3' },
  { what: 'a Linux program', starts: '\x7fELF' },
  { what: 'a Windows program', starts: 'MZ', weak: true },
  { what: 'a WebAssembly module', starts: '\0asm' },
  { what: 'a Python pickle', starts: '\x80\x04' },
  { what: 'a font', starts: 'wOF2', weak: true },
];

/** Share of control characters above which a head without a NUL byte is no text. */
const controlLimit = 0.05;

/** What a file is whose first bytes stand for one format; undefined where they can be text in UTF-8 or Latin-1. */
export function signatureOf(head: Uint8Array): Pick<Signature, 'what' | 'format'> | undefined {
  return matching(head, isBinary(head));
}

/** As `signatureOf`, of first bytes that stand for one format alone, even where NUL bytes are expected, as in UTF-16. */
export function sureSignatureOf(head: Uint8Array): Pick<Signature, 'what' | 'format'> | undefined {
  return matching(head, false);
}

/** Whether bytes have what texts in UTF-8 or Latin-1 have not. */
export function isBinary(head: Uint8Array): boolean {
  return head.includes(0) || shareOfControls(head) > controlLimit;
}

function matching(head: Uint8Array, alsoWeak: boolean): Signature | undefined {
  const start = String.fromCharCode(...head.subarray(0, 16));
  return signatures.find((signature) => (alsoWeak || !signature.weak) && fits(signature, start));
}

function fits({ starts, also }: Signature, start: string): boolean {
  return start.startsWith(starts) && (!also || start.startsWith(also.text, also.at));
}

/** Of each byte, 1 where texts have none. Backspace to carriage return, and escape, are found in texts and logs. */
const isControl = Uint8Array.from({ length: 256 }, (_, byte) =>
  Number((byte < 0x20 && !(byte >= 0x08 && byte <= 0x0d) && byte !== 0x1b) || byte === 0x7f),
);
/** So many bytes, evenly spread, tell the share well enough. */
const counted = 8192;

/** From 0 to 1. */
export function shareOfControls(head: Uint8Array): number {
  const stride = Math.ceil(head.length / counted) || 1;
  let controls = 0;
  for (let at = 0; at < head.length; at += stride) controls += isControl[head[at] as number] as number;
  return controls / Math.max(1, Math.ceil(head.length / stride));
}
