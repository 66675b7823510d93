import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { UserError } from '../base/user-error';

/** What a file's bytes are to agree with. */
export interface Digest {
  readonly algorithm: 'sha256' | 'md5';
  /** Hexadecimal. */
  readonly value: string;
}

export interface DownloadOptions {
  /** The file's, for whoever reads what went wrong. */
  readonly name: string;
  /** Who answers: "registry". */
  readonly from: string;
  readonly signal: AbortSignal;
  /** Seconds until the answer begins. */
  readonly answerSeconds?: number;
  /** Bytes. */
  readonly progress: (done: number, all: number) => void;
  readonly digestOf: (headers: Headers) => Digest | undefined;
}

/** A server that is reached, and has no such file for whoever asks. */
export class NotThere extends UserError {}

/** Seconds without a byte after which a download is given up. */
const longestSilence = 60;

/** Bytes of a file whose length is not said, for a share of it. */
const usualBytes = 3e8;

/**
 * Writes a file of a server's, which must have a digest, and agree with it.
 *
 * @returns the digest
 * @throws NotThere, UserError; the signal's reason where it was cancelled
 */
export async function download(url: string, to: string, options: DownloadOptions): Promise<Digest> {
  const { name, from, signal, answerSeconds = longestSilence, progress, digestOf } = options;
  const failed = (why: string, Failure = UserError) =>
    new Failure({ what: `${name} could not be downloaded: ${why}`, wayOut: 'Try again; nothing was changed.' });
  const silence = new AbortController();
  const silent = (seconds: number) =>
    setTimeout(() => silence.abort(failed(`the ${from} said nothing for ${seconds} seconds`)), 1000 * seconds);
  let timer = silent(answerSeconds);
  const either = AbortSignal.any([signal, silence.signal]);
  try {
    // A digest is of the bytes as they are kept; packed once more, they would be unpacked on the way.
    const answer = await fetch(url, { signal: either, headers: { 'accept-encoding': 'identity' } });
    clearTimeout(timer);
    timer = silent(longestSilence);
    const { status, statusText } = answer;
    if (!answer.ok || !answer.body) {
      await answer.body?.cancel();
      throw failed(
        `the ${from} answered ${status} ${statusText}`.trim(),
        [403, 404].includes(status) ? NotThere : undefined,
      );
    }
    if (url.startsWith('https:') && !answer.url.startsWith('https:')) throw failed(`the ${from} leads away from https`);
    const digest = digestOf(answer.headers);
    if (!digest) {
      await answer.body.cancel();
      throw failed(`the ${from} gives no digest that it could be checked against`);
    }
    const hash = createHash(digest.algorithm);
    const all = Number(answer.headers.get('content-length')) || usualBytes;
    let done = 0;
    const counted = new Transform({
      transform(chunk: Buffer, _, next) {
        timer.refresh();
        done += chunk.length;
        hash.update(chunk);
        progress(Math.min(done, all), all);
        next(null, chunk);
      },
    });
    const body = Readable.fromWeb(answer.body as ReadableStream);
    await pipeline(body, counted, createWriteStream(to), { signal: either });
    const found = hash.digest('hex');
    if (found === digest.value) return digest;
    throw failed(`what came is not what the ${from} says it is (${nameOf(digest)} ${found}, not ${digest.value})`);
  } catch (error) {
    signal.throwIfAborted();
    silence.signal.throwIfAborted();
    throw error instanceof UserError ? error : failed(reasonOf(error));
  } finally {
    clearTimeout(timer);
  }
}

/** "SHA-256" */
export function nameOf({ algorithm }: Digest): string {
  return algorithm === 'md5' ? 'MD5' : 'SHA-256';
}

/** Of what `fetch` throws, the part that says something. */
export function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}

export function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
