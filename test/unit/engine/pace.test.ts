import { describe, expect, test } from 'vitest';
import { type Crew, Pace, type Usual } from '../../../src/engine/wasm/pace';

const programsOf = new WeakMap<Pace<Crew>, Usual[]>();

/** Who runs, as the engine asks. */
const crews = () => new Pace<Crew>(['all', 'one'], 0.9);

/** Runs programs in turns, so often; returns the share of runs that all threads did, and the milliseconds in all. */
function run(pace: Pace<Crew>, times: number, milliseconds: Readonly<Record<Crew, number>>) {
  const programs = programsOf.get(pace) ?? [{}, {}, {}];
  programsOf.set(pace, programs);
  let all = 0;
  let total = 0;
  for (let index = 0; index < times; index++) {
    const crew = pace.way;
    if (crew === 'all') all++;
    total += milliseconds[crew];
    pace.took(programs[index % programs.length] ?? {}, milliseconds[crew]);
  }
  return { share: all / times, total };
}

describe('who runs programs', () => {
  test('is all threads where that is faster, and one where that is', () => {
    expect(run(crews(), 20_000, { all: 0.1, one: 0.2 }).share).toBeGreaterThan(0.98);
    expect(run(crews(), 20_000, { all: 0.2, one: 0.1 }).share).toBeLessThan(0.03);
    expect(run(crews(), 3000, { all: 100, one: 200 }).share).toBeGreaterThan(0.97);
  });

  test('changes when another program takes a core away, and back when it has ended', () => {
    const pace = crews();
    run(pace, 10_000, { all: 0.1, one: 0.2 });
    run(pace, 1000, { all: 3, one: 0.3 });
    expect(run(pace, 5000, { all: 3, one: 0.3 }).share).toBeLessThan(0.05);
    run(pace, 100_000, { all: 0.1, one: 0.2 });
    expect(run(pace, 10_000, { all: 0.1, one: 0.2 }).share).toBeGreaterThan(0.98);
  });

  test('is not misled by first runs, which are slow', () => {
    const pace = crews();
    run(pace, 12, { all: 400, one: 500 });
    expect(run(pace, 2000, { all: 40, one: 80 }).share).toBeGreaterThan(0.9);
  });

  test('does not change for a single run that was interrupted', () => {
    const pace = crews();
    run(pace, 1000, { all: 0.1, one: 0.2 });
    run(pace, 1, { all: 80, one: 80 });
    expect(run(pace, 1000, { all: 0.1, one: 0.2 }).share).toBeGreaterThan(0.9);
  });

  test('is found out by turns, so that a machine that is slower for a while misleads nobody', () => {
    for (const [first, second] of [
      [100, 85],
      [85, 100],
    ] as const) {
      const pace = new Pace<Crew>(['all', 'one'], 0.98, true);
      const usual: Usual = {};
      let runs = 0;
      let better = 0;
      for (; runs < 400; runs++) {
        // Slow for ten runs, fast for ten, in which a run takes less than the better way takes in slow ones.
        const phase = Math.floor(runs / 10) % 2 === 0 ? 1 : 0.6;
        if ((pace.way === 'all') === first < second) better++;
        pace.took(usual, phase * (pace.way === 'all' ? first : second));
      }
      expect(better / runs).toBeGreaterThan(0.9);
    }
  });
});
