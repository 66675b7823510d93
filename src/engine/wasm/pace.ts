/** Who runs programs: all threads, or the first one. */
export type Crew = 'all' | 'one';

/** Milliseconds that a program usually takes in each of two ways, as far as known, and how often it was run. */
export interface Usual {
  0?: number;
  1?: number;
  runs?: number;
}

/** Runs of a trial that do not count: threads that were left out have to wake. */
const warmUp = 8;
/** Runs that decide: some steps of a small model. */
const counted = 24;
/** Milliseconds after which a trial may end with fewer runs. */
const longEnough = 50;
/** Of each way, where both are taken in turns: whatever else slows the machine down meanwhile slows down both. */
const countedInTurns = 6;
/** A trial is repeated once it costs a hundredth at most; a tenth after a change, which may have been a mistake. */
const longestRest = 100;
const shortestRest = 10;
/** Milliseconds and runs before the first trial: code is compiled and memory touched for the first time until then. */
const firstRest = 30;
const firstRuns = 6;

/**
 * Says which of two ways is taken, by what took less time lately: now and then the other one is tried for some steps. All
 * threads wait for the slowest, so where another program takes a core away, one thread alone can be twenty times as fast; and
 * whether threads that keep fewer weights each gain more than they lose by waiting for one another is for the processor to
 * say. The results must be the same bits either way.
 */
export class Pace<Way> {
  private now: 0 | 1 = 0;
  private isTrial = false;
  private sinceTrial = 0;
  private rest = firstRest;
  private restTimes = shortestRest;
  private runs = 0;
  private spent = 0;
  private expected = 0;
  private total = 0;
  /** Milliseconds of runs of a trial: of the way that is tried, and of the other one between. */
  private turns: [number[], number[]] = [[], []];

  /**
   * @param ways the first one is taken at first
   * @param worthIt the share of the time that a change must lead to
   * @param inTurns whether a trial takes both in turns: where a change from run to run costs nothing
   */
  constructor(
    private readonly ways: readonly [Way, Way],
    private readonly worthIt: number,
    private readonly inTurns = false,
  ) {}

  /** How the next program is run. */
  get way(): Way {
    return this.ways[this.now];
  }

  /** @param usual of the program that was run; kept up to date here */
  took(usual: Usual, milliseconds: number): void {
    if (this.isTrial) {
      this.tried(usual, milliseconds);
      return;
    }
    const before = usual[this.now] ?? milliseconds;
    const runs = (usual.runs ?? 0) + 1;
    usual.runs = runs;
    // The first runs are slower than what follows; later a single one that was interrupted changes little.
    usual[this.now] =
      runs <= firstRuns ? Math.min(before, milliseconds) : before + 0.1 * (Math.min(milliseconds, 4 * before) - before);
    this.sinceTrial += milliseconds;
    if (this.sinceTrial < this.rest || runs < firstRuns) return;
    this.isTrial = true;
    this.now = other(this.now);
    this.runs = 0;
    this.spent = 0;
    this.expected = 0;
    this.total = 0;
    this.turns = [[], []];
  }

  private tried(usual: Usual, milliseconds: number): void {
    this.total += milliseconds;
    if (this.inTurns) {
      // The first of each does not count.
      if (this.runs >= 2) this.turns[this.runs % 2 === 0 ? 0 : 1].push(milliseconds);
      this.runs += 1;
      this.now = other(this.now);
      if (this.runs < 2 * (1 + countedInTurns)) return;
      [this.spent, this.expected] = [median(this.turns[0]), median(this.turns[1])];
    } else {
      const before = usual[other(this.now)];
      if (before !== undefined && this.runs++ >= warmUp) {
        this.spent += milliseconds;
        this.expected += before;
      }
      const isLong = this.runs >= 2 * warmUp && this.expected > longEnough;
      if (this.runs < warmUp + counted && !isLong) return;
    }
    if (this.spent > this.worthIt * this.expected) {
      this.now = other(this.now);
      this.restTimes = Math.min(longestRest, 2 * this.restTimes);
    } else {
      this.restTimes = shortestRest;
    }
    this.isTrial = false;
    this.sinceTrial = 0;
    this.rest = this.restTimes * this.total;
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

function other(way: 0 | 1): 0 | 1 {
  return way === 0 ? 1 : 0;
}
