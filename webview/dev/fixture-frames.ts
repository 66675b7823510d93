import type { FrameError, FramesSample } from '../../src/protocol/run';
import { textOf } from '../../src/samples/bytes';

const side = 16;
const context = 8;

/** Two discs that cross a box, and predictions of them that grow sharper with the steps. */
export function framesSample(step: number, length = 10): FramesSample {
  const known = 1 - Math.exp(-step / 150);
  const frame = (time: number, blur: number) =>
    Array.from({ length: side * side }, (_, at) => {
      const [x, y] = [at % side, Math.floor(at / side)];
      const bounce = (value: number) => 2.5 + Math.abs((((value % 22) + 22) % 22) - 11);
      const discs = [
        [bounce(3 + 0.9 * time), bounce(9 + 0.5 * time)],
        [bounce(14 - 0.6 * time), bounce(2 + 0.8 * time)],
      ];
      const shade = discs.reduce((sum, [cx = 0, cy = 0]) => {
        const share = ((x - cx) ** 2 + (y - cy) ** 2) / (4 + blur);
        return sum + Math.exp(-(share ** 2)) / (1 + blur / 8);
      }, 0);
      return Math.round(255 * Math.min(1, shade));
    });
  const blurAt = (ahead: number) => (1 - known) * 12 + 0.5 * ahead;
  const frames = (count: number, from: number, blur: (at: number) => number) =>
    Uint8Array.from(Array.from({ length: count }, (_, at) => frame(from + at, blur(at))).flat());
  const errors = Array.from({ length: Math.min(length, 10) }, (_, ahead): FrameError => {
    const mse = 0.002 + 0.003 * blurAt(ahead);
    return { mse, ssim: 1 / (1 + 20 * mse) };
  });
  return {
    task: 'frames',
    step,
    sequence: 1,
    sequences: 4,
    height: side,
    width: side,
    channels: 1,
    context: textOf(frames(context, 0, () => 0)),
    predicted: textOf(frames(length, context, blurAt)),
    truth: textOf(frames(errors.length, context, () => 0)),
    errors,
    lastFrame: errors.map((_, ahead) => ({ mse: 0.03 + 0.02 * ahead, ssim: 0.7 / (1 + 0.2 * ahead) })),
  };
}
