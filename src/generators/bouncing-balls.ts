import type { Random } from '../base/random';
import type { BinaryGenerator } from './generator';

/** Pixels of a frame's side, and the box that they show, in which a ball has a radius of 1.2. */
const side = 16;
const box = 10;
const radius = 1.2;
const balls = 3;
/** How far a ball moves from frame to frame, in the box's units: about a pixel. */
const speed = 0.6;
/** Steps of the simulation between two frames. */
const substeps = 8;

/** Balls of equal mass that bounce off the walls and one another, without friction. */
export const bouncingBalls: BinaryGenerator = {
  label: 'Bouncing balls',
  about: 'predict the next frames of balls that collide (Sutskever, Hinton and Taylor 2008)',
  extension: 'npy',
  usual: { count: 200, length: 30 },
  lengths: { min: 5, max: 1000 },
  *parts({ count, length }, random) {
    yield numpyHeader([count, length, side, side]);
    for (let clip = 0; clip < count; clip++) {
      const all = beginning(random);
      const frames = new Uint8Array(length * side * side);
      for (let frame = 0; frame < length; frame++) {
        draw(all, frames.subarray(frame * side * side, (frame + 1) * side * side));
        for (let step = 0; step < substeps; step++) move(all);
      }
      yield frames;
    }
  },
};

interface Ball {
  x: number;
  y: number;
  vx: number;
  vy: number;
}

/** Balls that do not touch, each as fast as the others. */
function beginning(random: Random): Ball[] {
  const all: Ball[] = [];
  const within = () => radius + (box - 2 * radius) * random.uniform();
  while (all.length < balls) {
    const [x, y] = [within(), within()];
    if (all.some((other) => Math.hypot(other.x - x, other.y - y) < 2 * radius)) continue;
    const direction = 2 * Math.PI * random.uniform();
    all.push({ x, y, vx: speed * Math.cos(direction), vy: speed * Math.sin(direction) });
  }
  return all;
}

function move(all: readonly Ball[]): void {
  for (const ball of all) {
    ball.x += ball.vx / substeps;
    ball.y += ball.vy / substeps;
    if (ball.x < radius) ball.vx = Math.abs(ball.vx);
    if (ball.x > box - radius) ball.vx = -Math.abs(ball.vx);
    if (ball.y < radius) ball.vy = Math.abs(ball.vy);
    if (ball.y > box - radius) ball.vy = -Math.abs(ball.vy);
  }
  all.forEach((one, index) => {
    for (const other of all.slice(index + 1)) collide(one, other);
  });
}

/** Equal masses exchange what they move along the line between them. */
function collide(one: Ball, other: Ball): void {
  const [dx, dy] = [other.x - one.x, other.y - one.y];
  const distance = Math.hypot(dx, dy);
  if (distance >= 2 * radius || distance === 0) return;
  const [nx, ny] = [dx / distance, dy / distance];
  const approach = (one.vx - other.vx) * nx + (one.vy - other.vy) * ny;
  if (approach <= 0) return;
  one.vx -= approach * nx;
  one.vy -= approach * ny;
  other.vx += approach * nx;
  other.vy += approach * ny;
}

/** Bright within a ball, with an edge that is soft for less than a pixel. */
function draw(all: readonly Ball[], pixels: Uint8Array): void {
  for (let at = 0; at < pixels.length; at++) {
    const x = ((at % side) + 0.5) * (box / side);
    const y = (Math.floor(at / side) + 0.5) * (box / side);
    const shade = all.reduce((sum, ball) => {
      const share = ((x - ball.x) ** 2 + (y - ball.y) ** 2) / radius ** 2;
      return sum + Math.exp(-(share ** 4));
    }, 0);
    pixels[at] = Math.round(255 * Math.min(1, shade));
  }
}

/** What stands before the numbers of an array of bytes (NEP 1, version 1 of the format). */
function numpyHeader(shape: readonly number[]): Uint8Array {
  const text = `{'descr': '|u1', 'fortran_order': False, 'shape': (${shape.join(', ')}), }`;
  // The numbers begin at a multiple of 64 bytes.
  const length = Math.ceil((10 + text.length + 1) / 64) * 64 - 10;
  const header = `\x93NUMPY\x01\x00${String.fromCharCode(length & 255, length >> 8)}${text.padEnd(length - 1)}\n`;
  return Uint8Array.from(header, (character) => character.charCodeAt(0));
}
