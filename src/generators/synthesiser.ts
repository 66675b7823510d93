import { execFile } from 'node:child_process';
import { UserError } from '../base/user-error';
import { excerpt } from '../base/visible';
import type { Take } from './generator';

const programs = ['espeak-ng', 'espeak'] as const;
/** Processes at once; each takes some hundredths of a second. */
const atOnce = 4;
/** A take of eight words is far shorter. */
const longest = { milliseconds: 30_000, bytes: 16 * 1024 * 1024 };

/**
 * Has takes spoken by the synthesiser that is installed, as WAV files, in the order of the takes.
 *
 * @throws UserError when there is none, or it fails
 */
export async function* spoken(
  takes: Iterable<Take>,
): AsyncIterable<{ readonly name: string; readonly content: Uint8Array }> {
  const program = await installed();
  let some: Take[] = [];
  const speakSome = async () => Promise.all(some.map((take) => speak(program, take)));
  for (const take of takes) {
    some.push(take);
    if (some.length < atOnce) continue;
    yield* await speakSome();
    some = [];
  }
  yield* await speakSome();
}

async function installed(): Promise<string> {
  for (const program of programs) if (await run(program, ['--version']).then(Boolean, () => false)) return program;
  throw new UserError({
    what: 'There is no speech synthesiser on this machine',
    where: programs.join(', '),
    wayOut:
      'Install espeak-ng (apt-get install espeak-ng, brew install espeak-ng, winget install eSpeak-NG.eSpeak-NG), so that it is found on the PATH.',
  });
}

async function speak(program: string, { name, text, voice, wordsPerMinute, pitch, amplitude }: Take) {
  const settings = ['-v', voice, '-s', String(wordsPerMinute), '-p', String(pitch), '-a', String(amplitude)];
  const sound = await run(program, [...settings, '--stdout', text]).catch((error: unknown) => {
    throw new UserError({
      what: `${program} cannot say "${excerpt(text)}": ${excerpt(error instanceof Error ? error.message : String(error), 160)}`,
      where: program,
      wayOut: `Try it in a terminal: ${program} -v ${voice} ${text}`,
    });
  });
  return { name, content: withLengths(sound) };
}

function run(program: string, settings: readonly string[]): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const limits = { timeout: longest.milliseconds, maxBuffer: longest.bytes };
    execFile(program, settings, { encoding: 'buffer', windowsHide: true, ...limits }, (error, stdout) =>
      error ? reject(error) : resolve(stdout),
    );
  });
}

const headerBytes = 44;

/** Who writes into a pipe does not know yet how long a WAV file will be, and leaves its two lengths to the reader. */
function withLengths(sound: Buffer): Uint8Array {
  const whole = Buffer.from(sound);
  whole.writeUInt32LE(whole.length - 8, 4);
  whole.writeUInt32LE(whole.length - headerBytes, headerBytes - 4);
  return whole;
}
