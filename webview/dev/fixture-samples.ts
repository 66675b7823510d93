import type {
  ClassifySample,
  ForecastSample,
  LanguageSample,
  Sample,
  SpeechSample,
  TaskName,
  TranslateSample,
} from '../../src/protocol/run';
import { framesSample } from './fixture-frames';
import { noise } from './fixture-metrics';

const goal =
  'away, the wind is fair tonight,\n  and all the sails are set;\nthe harbour lights are out of sight,\n  but morning finds us yet.\n\nHaul away, haul away,\n  the tide is on the turn,\nand she that waits across the bay\n  will keep a lamp to burn.\n';
const letters = 'etaoinshrdlu etaoins  \n';

/** Noise that turns into the goal as the steps grow. */
export function languageSample(step: number, prompt = 'Haul ', seed = 1): LanguageSample {
  const known = 1 - Math.exp(-step / 180);
  const text = [...goal]
    .map((c, i) =>
      noise(i * 13 + step + seed) < known
        ? c
        : (letters[Math.floor(noise(i + step * 3 + seed) * letters.length)] ?? 'e'),
    )
    .join('');
  const next = [...'aweoiths'].map((token, at) => ({ token, probability: (known * 0.6) / 2 ** at + 0.02 }));
  return { task: 'language', step, prompt, text, next, temperature: 0.8, topK: 0, seed };
}

/** What a run of each task shows at a step. */
export const sampleAt = (task: TaskName, step: number): Sample =>
  ({
    language: languageSample,
    forecast: forecastSample,
    classify: classifySample,
    translate: translateSample,
    speech: speechSample,
    frames: framesSample,
  })[task](step);

export const classNames = ['complaint', 'praise', 'question'] as const;

const mail: readonly (readonly [string, (typeof classNames)[number]])[] = [
  ['the lamp came broken and nobody answers my letters', 'complaint'],
  ['what a lovely little shop , thank you for everything', 'praise'],
  ['do you also have this chair in green ?', 'question'],
  ['not bad at all , though the box was torn', 'praise'],
];

/** Guesses that turn into the truth as the steps grow. */
export function classifySample(step: number, prompt?: string): ClassifySample {
  const known = 1 - Math.exp(-step / 150);
  const asked = prompt ? ([[prompt, undefined]] as const) : mail;
  return {
    task: 'classify',
    step,
    target: 'kind of letter',
    classes: classNames,
    items: asked.map(([text, truth], at) => {
      const tokens = text.split(' ');
      const best = truth && noise(at + 3) < known ? classNames.indexOf(truth) : at % classNames.length;
      const sure = 0.4 + 0.55 * known;
      return {
        tokens,
        contributions: tokens.map((_, t) => known * (noise(at * 31 + t) - 0.35) ** 3),
        prediction: classNames[best] ?? '',
        probabilities: classNames.map((_, id) => (id === best ? sure : (1 - sure) / 2)),
        ...(truth && { truth }),
      };
    }),
  };
}

const dates: readonly (readonly [string, string])[] = [
  ['3 March 1998', '1998-03-03'],
  ['Tuesday, 17 Nov 2026', '2026-11-17'],
  ['12/31/1999', '1999-12-31'],
];

/** Dates that come out right as the steps grow, each digit attending to where it stands in the source. */
export function translateSample(step: number, prompt?: string): TranslateSample {
  const known = 1 - Math.exp(-step / 150);
  const asked = prompt ? ([[prompt, undefined]] as const) : dates;
  return {
    task: 'translate',
    step,
    from: 'date',
    to: 'iso',
    items: asked.map(([from, reference], at) => {
      const source = [...from];
      const output = [...(reference ?? '2026-01-01')].map((digit, t) =>
        noise(at * 17 + t) < known ? digit : String(Math.floor(10 * noise(step + t))),
      );
      const attention = output.map((digit, t) => {
        const scores = source.map((token, s) => Math.exp(4 * known * Number(token === digit) + noise(s * 7 + t)));
        const sum = scores.reduce((a, b) => a + b, 0);
        return scores.map((score) => score / sum);
      });
      const text = output.join('');
      return { source, output, text, ...(reference && { reference }), attention, probability: 0.9 * known };
    }),
  };
}

const numbers = ['seven', 'nought', 'twenty three'] as const;

/** Numbers that come out right as the steps grow, in sounds that rise and fall. */
export function speechSample(step: number, path?: string): SpeechSample {
  const known = 1 - Math.exp(-step / 150);
  const asked = path
    ? ([[path, undefined]] as const)
    : numbers.map((said, at) => [`${said}_anna_${at}.flac`, said] as const);
  return {
    task: 'speech',
    step,
    items: asked.map(([name, reference], at) => {
      const said = [...(reference ?? 'eleven')];
      const seconds = 0.12 * said.length;
      const edits = said.map((text, place) => {
        const isRight = text === 'e' || noise(at * 19 + place) < known + 0.05;
        return { kind: isRight ? ('same' as const) : ('replaced' as const), text: isRight ? text : 'e' };
      });
      return {
        ...{ name, seconds, transcript: edits.map(({ text }) => text).join(''), probability: 0.9 * known },
        ...(reference && { reference, edits }),
        characters: edits.map(({ text }, place) => ({
          character: text,
          from: 0.12 * place + 0.03,
          to: 0.12 * place + 0.09,
        })),
        spectrogram: Array.from({ length: Math.round(100 * seconds) }, (_, frame) =>
          Array.from({ length: 40 }, (_, band) => {
            const formant = 12 + 8 * Math.sin(frame / 9 + at);
            const power = Math.exp(-((band - formant) ** 2) / 20) + 0.6 * Math.exp(-((band - formant - 14) ** 2) / 12);
            return Math.round(Math.min(99, 80 * power * Math.abs(Math.sin(frame / 4)) + 18 * noise(frame * 41 + band)));
          }),
        ),
      };
    }),
  };
}

const historyRows = 72;

function level(row: number): number {
  return 182 + 26 * Math.sin((2 * Math.PI * row) / 24) + 9 * Math.sin(row / 17) + 5 * (noise(row) - 0.5);
}

export function forecastSample(step: number, rows = 48): ForecastSample {
  const known = 1 - Math.exp(-step / 120);
  const last = level(historyRows - 1);
  const forecast = Array.from(
    { length: rows },
    (_, i) => known * (level(historyRows + i) + 4 * (noise(i + step) - 0.5)) + (1 - known) * last,
  );
  const spread = (row: number) => 4 + (3 + 12 * (1 - known)) * Math.sqrt(1 + row / 4);
  const times = Array.from({ length: historyRows + rows }, (_, i) => {
    const day = 1 + Math.floor(i / 24);
    return `03-${String(day).padStart(2, '0')} ${String(i % 24).padStart(2, '0')}:00`;
  });
  return {
    task: 'forecast',
    step,
    target: 'level_cm',
    times,
    history: Array.from({ length: historyRows }, (_, i) => level(i)),
    truth: Array.from({ length: Math.min(rows, 40) }, (_, i) => level(historyRows + i)),
    forecast,
    interval: {
      share: 0.8,
      low: forecast.map((value, i) => value - spread(i)),
      high: forecast.map((value, i) => value + spread(i)),
    },
  };
}
