import { UserError } from '../../base/user-error';
import { mostPixels, type Picture } from './frames';

export function isGif(head: Uint8Array): boolean {
  return /^GIF8[79]a/.test(String.fromCharCode(...head.subarray(0, 6)));
}

/**
 * The frames of a GIF as a viewer shows them: each one drawn over what the one before left, which is kept, cleared or put back
 * as that one says (GIF89a, section 23). What stays transparent is black.
 *
 * @throws UserError when it is damaged or cut short
 */
export async function* gifFrames(bytes: Uint8Array, name: string): AsyncGenerator<Picture> {
  const { GifReader } = await import('omggif');
  const damaged = (why: string) =>
    new UserError({ what: `The GIF cannot be read: ${why}`, where: name, wayOut: 'Copy or save the file again.' });
  const reader = orDamaged(() => new GifReader(bytes), damaged);
  const { width, height } = reader;
  if (width * height > mostPixels)
    throw damaged(`its frames have ${width} × ${height} pixels, more than any screen has`);
  const screen = new Uint8Array(4 * width * height);
  for (let index = 0; index < reader.numFrames(); index++) {
    const { x, y, width: own, height: ownHeight, disposal } = reader.frameInfo(index);
    if (x + own > width || y + ownHeight > height) throw damaged(`frame ${index + 1} reaches beyond its edge`);
    const before = disposal === 3 ? screen.slice() : undefined;
    const isWhole = withoutWords(() => orDamaged(() => reader.decodeAndBlitFrameRGBA(index, screen), damaged));
    if (!isWhole) throw damaged(`the pixels of frame ${index + 1} are damaged`);
    yield { height, width, channels: 3, values: coloursOf(screen) };
    if (before) screen.set(before);
    if (disposal === 2)
      for (let row = y; row < y + ownHeight; row++) screen.fill(0, 4 * (row * width + x), 4 * (row * width + x + own));
  }
}

function orDamaged<T>(work: () => T, damaged: (why: string) => UserError): T {
  try {
    return work();
  } catch (error) {
    throw damaged(error instanceof Error ? error.message.replace(/\.$/, '') : 'it is damaged');
  }
}

/** The library says on the console, and in no other way, that pixels are missing; the console is not for that here. */
function withoutWords(work: () => void): boolean {
  const { log } = console;
  let isSilent = true;
  console.log = () => {
    isSilent = false;
  };
  try {
    work();
  } finally {
    console.log = log;
  }
  return isSilent;
}

function coloursOf(screen: Uint8Array): Uint8Array {
  const colours = new Uint8Array((screen.length / 4) * 3);
  for (let from = 0, to = 0; from < screen.length; from += 4) {
    const alpha = screen[from + 3] === 0 ? 0 : 1;
    for (let channel = 0; channel < 3; channel++) colours[to++] = alpha * (screen[from + channel] ?? 0);
  }
  return colours;
}
