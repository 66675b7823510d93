import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { UserError } from '../../base/user-error';
import { excerpt } from '../../base/visible';
import type { Reading } from '../../configuration/run';
import type { FileEntry } from '../entries/entry';
import { openEntry } from '../entries/folder';
import type { DatasetFile } from '../source';
import type { TextColumn } from '../table/columns';
import { readTable, type TableDataset } from '../table/read-table';
import type { Rows } from '../table/rows';
import { isAudioName, withoutEnding } from './decode';

/** A recording and what is said in it. */
export interface Recording {
  readonly name: string;
  readonly transcript: string;
  /** Who speaks, where names tell it. */
  readonly speaker: string | undefined;
  /** Line of the manifest. */
  readonly line?: number;
  /** @throws UserError when it is missing or cannot be read */
  open(): Promise<FileEntry>;
}

export interface Recordings {
  readonly list: readonly Recording[];
  /** The manifest and which of its columns are used; absent for a folder or an archive. */
  readonly manifest?: { readonly table: TableDataset; readonly audio: string; readonly transcript: string };
  readonly warnings: readonly string[];
}

/**
 * Recordings with their transcripts: of a manifest, or of a folder or archive whose file names tell them.
 *
 * @throws UserError where there are none
 */
export async function readRecordings(file: DatasetFile, reading: Partial<Reading>): Promise<Recordings> {
  return file.entries ? fromNames(file, file.entries) : fromManifest(file, reading);
}

/**
 * Of names such as seven_anna_3.wav the first part is what is said, the next one that several recordings of different words
 * share who speaks; in folders each of which holds several files, the folder is what is said.
 */
function fromNames(file: DatasetFile, all: readonly FileEntry[]): Recordings {
  const entries = all.filter(({ name }) => isAudioName(name));
  const parts = entries.map(({ name }) => {
    const [stem = '', ...folders] = withoutEnding(name).split('/').reverse();
    return { folder: folders[0], fields: stem.split(stem.includes('_') ? '_' : '-').map((field) => field.trim()) };
  });
  const folders = new Set(parts.map(({ folder }) => folder));
  const isByFolder = folders.size > 1 && folders.size <= entries.length / 2;
  const transcripts = parts.map(({ folder = '', fields }) =>
    (isByFolder ? folder : (fields[0] ?? '').replace(/(?<=\p{L})\d+$/u, '')).replaceAll(/[_-]+/g, ' ').trim(),
  );
  const speakers = speakersOf(
    parts.map(({ fields }) => (isByFolder ? fields : fields.slice(1))),
    transcripts,
  );
  const list = entries.map((entry, at) => ({
    name: entry.name,
    transcript: transcripts[at] ?? '',
    speaker: speakers[at],
    open: async () => entry,
  }));
  if (list.length === 0) {
    throw new UserError({
      what: 'There are no recordings in it',
      where: file.name,
      wayOut: 'Choose a folder with WAV, FLAC, Ogg or MP3 files.',
    });
  }
  const others = all.length - entries.length;
  return { list, warnings: others > 0 ? [`${others} files are no recordings and left out.`] : [] };
}

/** The first part of the names that is no number and stands in several of them, beside different transcripts. */
function speakersOf(
  fields: readonly (readonly string[])[],
  transcripts: readonly string[],
): readonly (string | undefined)[] {
  const most = Math.max(0, ...fields.map(({ length }) => length));
  for (let place = 0; place < most; place++) {
    const said = new Map<string, Set<string>>();
    for (const [at, own] of fields.entries()) {
      const value = own[place] ?? '';
      said.set(value, (said.get(value) ?? new Set()).add(transcripts[at] ?? ''));
    }
    const isLast = place === most - 1;
    const isCount = isLast && [...said.keys()].every((value) => /^\d*$/.test(value));
    const isShared = said.size > 1 && [...said.values()].every(({ size }) => size > 1);
    if (isShared && !isCount) return fields.map((own) => own[place]);
  }
  return fields.map(() => undefined);
}

type CellColumn = TextColumn & { readonly values: Rows<string> };

const speakerNames = /^(speaker|speaker_?id|client_?id|spk|spkr|reader)$/i;
const transcriptNames = /^(transcript|transcription|sentence|text|label|word|words|normalized_?text)$/i;

async function fromManifest(file: DatasetFile, reading: Partial<Reading>): Promise<Recordings> {
  const table = await readTable(file, { ...reading, ...plainColumns(file, reading) }, 'cells');
  const columns = table.columns.filter(
    (column): column is CellColumn => column.kind === 'text' && column.values !== undefined,
  );
  const folder = file.path === undefined ? undefined : dirname(file.path);
  const named = (name: string | undefined) => columns.find((column) => column.name === name);
  let audio = named(reading.columns?.[0]);
  for (const column of columns) if (!audio && holdsAudio(folder, column.values)) audio = column;
  if (!audio) {
    throw new UserError({
      what: 'No column of the manifest has the names of recordings that are there',
      where: file.name,
      wayOut:
        folder === undefined
          ? 'Save the manifest beside its recordings first.'
          : 'Name the column (--columns NAME), with paths that begin at the folder of the manifest.',
    });
  }
  const others = columns.filter((column) => column !== audio);
  const speaker = others.find(({ name }) => speakerNames.test(name));
  // The last of LJSpeech's two texts has its numbers and abbreviations written out.
  const transcript =
    named(reading.target) ??
    others.find(({ name }) => transcriptNames.test(name)) ??
    others.filter((column) => column !== speaker).at(-1);
  if (!transcript) {
    throw new UserError({
      what: 'The manifest has no column of transcripts',
      where: file.name,
      wayOut: 'Name it (--target NAME).',
    });
  }
  const names = Array.from(audio.values);
  const texts = Array.from(transcript.values);
  const speakers = speaker
    ? Array.from(speaker.values)
    : speakersOf(
        names.map((name) => withoutEnding(name).split(/[/\\_-]/)),
        texts,
      );
  const list = names.map((name, row) => ({
    name,
    transcript: texts[row] ?? '',
    speaker: speakers[row],
    line: table.lines.at(row),
    open: () => openNamed(folder, name),
  }));
  return { list, manifest: { table, audio: audio.name, transcript: transcript.name }, warnings: table.warnings };
}

/** Lines `id|text`, as LJSpeech has them, name no columns. */
function plainColumns(file: DatasetFile, { delimiter, header }: Partial<Reading>): Partial<Reading> {
  if ((delimiter ?? 'auto') !== 'auto') return {};
  const [first = ''] = new TextDecoder().decode(file.head.subarray(0, 4096)).split('\n', 1);
  const [id = ''] = first.split('|');
  if (id === first || file.path === undefined) return {};
  const isData = pathOf(dirname(file.path), id) !== undefined;
  return { delimiter: '|', ...((header ?? 'auto') === 'auto' && isData && { header: 'no' as const }) };
}

/** Whether a file is a manifest of recordings: most of the first names of one of its columns are there. */
export function isManifest(file: DatasetFile): boolean {
  if (file.path === undefined || file.objects) return false;
  const lines = new TextDecoder().decode(file.head).split('\n').slice(0, 20);
  let found = 0;
  for (const line of lines) {
    const cells = line.split(/[,;\t|"]/).map((cell) => cell.trim());
    const names = cells.filter(
      (cell) => cell.length > 0 && cell.length < 260 && (isAudioName(cell) || cell === cells[0]),
    );
    for (const name of names) {
      if (pathOf(dirname(file.path), name) === undefined) continue;
      found += 1;
      break;
    }
  }
  return found >= Math.max(1, (lines.length - 2) / 2);
}

function holdsAudio(folder: string | undefined, values: Rows<string>): boolean {
  if (folder === undefined) return false;
  for (let row = 0; row < Math.min(20, values.length); row++)
    if (pathOf(folder, values.at(row)) !== undefined) return true;
  return false;
}

/** Folders beside a manifest in which recordings usually are, and what is left out of their names. */
const usualFolders = ['', 'wavs', 'clips', 'audio', 'wav', 'recordings'];
const usualEndings = ['', '.wav', '.flac', '.mp3', '.ogg', '.opus'];

function pathOf(folder: string, name: string): string | undefined {
  if (name === '' || /[\0\n]/.test(name)) return undefined;
  for (const within of usualFolders) {
    for (const ending of isAudioName(name) ? [''] : usualEndings.slice(1)) {
      const path = resolve(folder, within, `${name}${ending}`);
      if (existsSync(path)) return path;
    }
  }
  return undefined;
}

async function openNamed(folder: string | undefined, name: string): Promise<FileEntry> {
  const path = folder === undefined ? undefined : pathOf(folder, name);
  if (path !== undefined) return openEntry(path);
  throw new UserError({
    what: 'There is no such recording',
    where: excerpt(name, 200),
    wayOut: 'Check its name; paths begin at the folder of the manifest.',
  });
}
