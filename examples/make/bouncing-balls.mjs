/** Writes bouncing-balls.gif: the generator's balls as a GIF, which every viewer plays. Needs `npm run build` before. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GifWriter } from 'omggif';

const [frames, side, greys] = [600, 16, 16];
const here = import.meta.dirname;
const folder = mkdtempSync(join(tmpdir(), 'unroll-example-'));
try {
  const file = join(folder, 'balls.npy');
  const size = ['--count', '1', '--length', String(frames)];
  execFileSync(process.execPath, [join(here, '../../dist/cli.js'), 'generate', 'bouncing-balls', ...size, '--out', file]);
  const shades = readFileSync(file).subarray(-frames * side * side);

  const palette = Array.from({ length: greys }, (_, at) => Math.round((255 * at) / (greys - 1)) * 0x010101);
  const bytes = new Uint8Array(1 << 20);
  const gif = new GifWriter(bytes, side, side, { palette, loop: 0 });
  for (let frame = 0; frame < frames; frame++) {
    const own = shades.subarray(frame * side * side, (frame + 1) * side * side);
    const nearest = Array.from(own, (shade) => Math.round((shade * (greys - 1)) / 255));
    gif.addFrame(0, 0, side, side, nearest, { delay: 6 });
  }
  writeFileSync(join(here, '../bouncing-balls.gif'), bytes.subarray(0, gif.end()));
} finally {
  rmSync(folder, { recursive: true });
}
