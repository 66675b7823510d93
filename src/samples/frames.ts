import type { FrameError, FramesSample } from '../protocol/run';
import { bytesOf } from './bytes';
import type { SampleKind } from './kind';
import { commaSeparated } from './tables';

/** Columns of a terminal that a frame takes at most. */
const widest = 32;
const shades = ' .:-=+*#%@';

/** Predicted frames beside those that came. */
export const framesSamples: SampleKind<FramesSample> = {
  key: ({ step, sequence, predicted }) => `${step} ${sequence} ${predicted.length}`,

  fields: (_, latest) => [
    {
      key: 'prompt',
      label: 'Sequence',
      question: 'Which of the sequences that were held out? Empty: the first one',
      hint: latest ? `From 1 to ${latest.sequences}` : 'The number of a sequence that was held out',
      value: latest ? String(latest.sequence) : '',
    },
    {
      key: 'length',
      label: 'Frames',
      question: 'How many frames are to be predicted?',
      hint: 'Frames to predict, each read as if it had come',
      value: String(latest?.errors.length || 10),
      number: { min: 1, max: 200, step: 1 },
    },
  ],

  /** The frame at the end of what is known, as it was predicted and as it came. */
  glance(sample) {
    const last = Math.max(0, sample.errors.length - 1);
    const pictures = [picture(sample, sample.predicted, last), picture(sample, sample.truth, last)];
    const width = pictures[0]?.[0]?.length ?? 0;
    const title = `  ${`${last + 1} ahead`.padEnd(width)}   truth`;
    const lines = pictures[0]?.map((line, row) => `  ${line} │ ${pictures[1]?.[row] ?? ''}`) ?? [];
    return [title, ...lines, `  ${errorText(sample, last)}`].join('\n');
  },

  text(sample) {
    const { errors, sequence, sequences } = sample;
    const rows = errors.map((_, ahead) => `  ${String(ahead + 1).padStart(3)}  ${errorText(sample, ahead)}`);
    const beyond = framesIn(sample, sample.predicted) - errors.length;
    return [
      `Sequence ${sequence} of ${sequences}, frames ahead:`,
      ...rows,
      ...(beyond > 0 ? [`  and ${beyond} beyond what is known`] : []),
      framesSamples.glance(sample),
    ].join('\n');
  },

  document({ errors, lastFrame }) {
    const rows = errors.map(({ mse, ssim }, ahead) => {
      const copied: FrameError | undefined = lastFrame[ahead];
      return [ahead + 1, mse, ssim, copied?.mse ?? '', copied?.ssim ?? ''];
    });
    const head = ['step ahead', 'MSE', 'SSIM', 'MSE of the last frame', 'SSIM of the last frame'];
    return { extension: 'csv', content: commaSeparated([head, ...rows]) };
  },
};

function errorText({ errors, lastFrame }: FramesSample, ahead: number): string {
  const [own, copied] = [errors[ahead], lastFrame[ahead]];
  if (!own || !copied) return '';
  return `MSE ${own.mse.toPrecision(3)}, SSIM ${own.ssim.toFixed(3)} (last frame ${copied.mse.toPrecision(3)}, ${copied.ssim.toFixed(3)})`;
}

function framesIn({ height, width, channels }: FramesSample, text: string): number {
  return bytesOf(text).length / (height * width * channels);
}

/** A frame in characters, darker ones with less ink; a character is as high as two are wide. */
function picture({ height, width, channels }: FramesSample, text: string, frame: number): string[] {
  const bytes = bytesOf(text);
  const step = Math.max(1, Math.ceil(width / widest));
  const from = frame * height * width * channels;
  const shadeOf = (y: number, x: number) => {
    const at = from + (y * width + x) * channels;
    const values = bytes.subarray(at, at + channels);
    return values.reduce((sum, value) => sum + value, 0) / channels / 255;
  };
  return Array.from({ length: Math.ceil(height / (2 * step)) }, (_, line) =>
    Array.from({ length: Math.ceil(width / step) }, (_, column) => {
      const [y, x] = [2 * step * line, step * column];
      const shade = Math.max(shadeOf(y, x), shadeOf(Math.min(height - 1, y + step), x));
      return shades[Math.round(shade * (shades.length - 1))] ?? ' ';
    }).join(''),
  );
}
