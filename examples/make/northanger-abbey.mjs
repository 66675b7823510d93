/**
 * Writes ../northanger-abbey.txt from Debian's package r-cran-janeaustenr:
 *   apt-get download r-cran-janeaustenr && dpkg -x r-cran-janeaustenr_*.deb package
 *   node northanger-abbey.mjs package/usr/lib/R/site-library/janeaustenr/data/Rdata.rdb
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';

const database = readFileSync(process.argv[2]);
const title = 'NORTHANGER ABBEY';
/** Chapters of the novel that are kept: enough for a small network, and a file that an editor opens at once. */
const chapters = 24;

const lines = objects(database).map(strings).find((novel) => novel.some((line) => line.trim() === title));
writeFileSync(new URL('../northanger-abbey.txt', import.meta.url), `${trimmed(lines).join('\n')}\n`);

/** Objects of R's lazy-load database: a big-endian length, then a zlib stream. */
function objects(bytes) {
  const all = [];
  for (let at = 0; at + 4 < bytes.length; ) {
    const { buffer, engine } = inflateSync(bytes.subarray(at + 4), { info: true });
    all.push(buffer);
    at += 4 + engine.bytesWritten;
  }
  return all;
}

/** The elements of a character vector in R's XDR serialisation (version 3): type and flags, length, bytes of each. */
function strings(object) {
  const encoding = object.readInt32BE(14);
  let at = 18 + encoding;
  const vector = object.readInt32BE(at) & 0xff;
  if (vector !== 16) throw new Error('not a character vector');
  const count = object.readInt32BE(at + 4);
  at += 8;
  return Array.from({ length: count }, () => {
    const length = object.readInt32BE(at + 4);
    const text = object.toString('utf8', at + 8, at + 8 + length);
    at += 8 + length;
    return text;
  });
}

/** From the title to the last chapter kept, with at most two blank lines together and no blanks at the ends of lines. */
function trimmed(novel) {
  const start = novel.findIndex((line) => line.trim() === title);
  const end = novel.findIndex((line) => line.trim() === `CHAPTER ${chapters + 1}`);
  const kept = novel.slice(start, end < 0 ? undefined : end).map((line) => line.trimEnd());
  return kept.join('\n').replace(/\n{4,}/g, '\n\n\n').trim().split('\n');
}
