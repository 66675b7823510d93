import { grouped } from '../../base/grouped';
import { randomFromSeed, shuffled } from '../../base/random';
import { UserError } from '../../base/user-error';
import { excerpt, visible } from '../../base/visible';
import { decodeAudio, type Recording, resampled, type Sound } from '../../data';
import { fewestSteps } from '../../engine/ctc';
import { type FeatureForm, frameSeconds, LogMel } from './features';

/** A recording as a network reads it, and what is said in it. */
export interface Utterance {
  readonly name: string;
  readonly transcript: string;
  readonly speaker: string | undefined;
  /** Of the file's bytes: the same recording under two names is one. */
  readonly digest: string;
  /** Logarithms of power, [frames, bands]. */
  readonly features: Float32Array;
}

export interface Utterances {
  readonly form: FeatureForm;
  readonly all: readonly Utterance[];
  readonly seconds: number;
  readonly warnings: readonly string[];
}

const bands = 40;
const together = 2;
/** Speech has little above 8000 Hz that letters could be told by. */
const mostRate = 16_000;
/** What fits into memory as features, some 60 MB an hour. */
const mostSeconds = 4 * 3600;
/** Longer ones are no utterances. */
const longestSeconds = 60;
const fewest = 4;

/** Small letters, digits, apostrophes and single spaces: what is heard of a text. */
export function spoken(text: string): string {
  return text
    .normalize('NFC')
    .toLowerCase()
    .replaceAll('’', "'")
    .replaceAll(/[^\p{L}\p{M}\p{N}']+/gu, ' ')
    .trim();
}

/** Steps that a network takes for so many frames. */
export const stepsOf = (frames: number) => Math.ceil(frames / together);

/**
 * Decodes recordings one after another and keeps their features alone. Those that cannot be used are left out, and it is said why.
 *
 * @throws UserError when hardly any can be used
 */
export async function readUtterances(recordings: readonly Recording[], file: string): Promise<Utterances> {
  const failed = new Map<string, string[]>();
  const leaveOut = (why: string, { name, line }: Recording) => {
    const list = failed.get(why) ?? [];
    list.push(`${excerpt(name, 80)}${line === undefined ? '' : `, line ${line}`}`);
    failed.set(why, list);
  };
  const all: Utterance[] = [];
  let form: FeatureForm | undefined;
  let mel: LogMel | undefined;
  const rates = new Set<number>();
  let [seconds, mixed] = [0, 0];
  for (const recording of recordings) {
    const transcript = spoken(recording.transcript);
    if (transcript === '') leaveOut('has no transcript', recording);
    else if (seconds > mostSeconds)
      leaveOut('comes after four hours of speech, which is as much as is kept', recording);
    else {
      const read = await soundOf(recording);
      if ('problem' in read) {
        leaveOut(read.problem, recording);
        continue;
      }
      const { sound } = read;
      form ??= { rate: Math.min(mostRate, sound.rate), bands, together };
      mel ??= new LogMel(form);
      const own = sound.samples.length / sound.rate;
      if (own > longestSeconds) {
        leaveOut(`is longer than ${longestSeconds} seconds`, recording);
        continue;
      }
      const features = mel.of(resampled(sound.samples, sound.rate, form.rate));
      if (
        stepsOf(features.length / bands) < fewestSteps(Array.from(transcript, (letter) => letter.codePointAt(0) ?? 0))
      ) {
        leaveOut('is too short for its transcript', recording);
        continue;
      }
      rates.add(sound.rate);
      if (sound.channels > 1) mixed += 1;
      seconds += own;
      all.push({
        name: visible(recording.name),
        transcript,
        speaker: recording.speaker,
        digest: sound.digest,
        features,
      });
    }
  }
  const reasons = [...failed].toSorted(([, a], [, b]) => b.length - a.length);
  if (!form || all.length < fewest) {
    const [why, list = []] = reasons[0] ?? [];
    throw new UserError({
      what: `Only ${all.length} of ${recordings.length} recordings can be used${why === undefined ? '' : `: one ${why} (${list[0]})`}`,
      where: file,
      wayOut: 'Correct the names or the files, or use more recordings.',
    });
  }
  const warnings = reasons.map(([why, list]) =>
    list.length === 1
      ? `One recording ${why} and is left out (${list[0]}).`
      : `${list.length} recordings are left out, each of which ${why} (first ${list[0]}).`,
  );
  if (mixed > 0) warnings.push(`${mixed} recordings have several channels, which are mixed to one.`);
  if (rates.size > 1 || [...rates].some((rate) => rate !== form?.rate)) {
    const list = [...rates].toSorted((a, b) => a - b).join(', ');
    warnings.push(`Rates of ${list} samples a second are all read as ${form.rate}.`);
  }
  return { form, all, seconds, warnings };
}

async function soundOf(recording: Recording): Promise<{ readonly sound: Sound } | { readonly problem: string }> {
  try {
    return { sound: await decodeAudio(await recording.open()) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return {
      problem: error.what.replace(/^The file /, '').replace(/^There is no such (recording|file)$/, 'is missing'),
    };
  }
}

/**
 * Whole speakers for validation, where names tell who speaks; else recordings by chance, copies together.
 *
 * @returns numbers of utterances
 */
export function splitUtterances(
  all: readonly Utterance[],
  share: number,
): { readonly training: readonly number[]; readonly validation: readonly number[]; readonly speakers: number } {
  const speakers = new Set(all.map(({ speaker }) => speaker)).size;
  const bySpeaker = speakers > 1 && all.every(({ speaker }) => speaker !== undefined);
  // Copies of a recording under two speakers join these.
  const groups = [...grouped(all.keys(), (at) => (bySpeaker ? all[at]?.speaker : all[at]?.digest)).values()];
  const wanted = Math.max(1, Math.round(share * all.length));
  const validation: number[] = [];
  const training: number[] = [];
  for (const group of shuffled(groups, randomFromSeed(0))) {
    const isRoom = validation.length === 0 || validation.length + group.length <= 1.5 * wanted;
    const isHeld = validation.length < wanted && isRoom && group.length < all.length;
    (isHeld ? validation : training).push(...group);
  }
  const held = new Set(validation.map((at) => all[at]?.digest));
  return {
    training: training.filter((at) => !held.has(all[at]?.digest)).toSorted((a, b) => a - b),
    validation: validation.toSorted((a, b) => a - b),
    speakers: bySpeaker ? speakers : 0,
  };
}

export const secondsOf = (steps: number) => steps * together * frameSeconds;
