// A step that all threads make together.
import { gather } from './layout';
import { barrier } from './pool';
import { ofRows, product, productOfSteps, segment, stepsTogether, zero } from './rows';
import { GATHER, PRODUCT, PRODUCT_OF_STEPS, ROWS, SEGMENT, WAIT, word, ZERO } from './words';

/** Steps that were made in lockstep, of whatever program. */
let steps: i32 = 0;

/**
 * One step that all threads make together, each its share of the panels: where a step's weights do not fit into the cache of
 * one core, or there are fewer rows than threads. What one thread writes and another one reads has a WAIT between.
 */
export function lockstep(commands: usize, end: usize, t: i32, timeSteps: i32, thread: i32, threads: i32): void {
  steps++;
  let rows = 1;
  let next = commands;
  while (next < end) {
    const command = next;
    next += (<usize>word(command, 1)) << 2;
    switch (word(command, 0)) {
      case ROWS:
        rows = word(command, 2);
        break;
      case WAIT:
        barrier();
        break;
      case SEGMENT: {
        const first = shareOf(word(command, 3), thread, threads);
        const panels = shareOf(word(command, 3), thread + 1, threads) - first;
        if (panels > 0) segment(command, t, rows, 0, rows, first, panels, thread);
        break;
      }
      case PRODUCT: {
        const before = rows;
        while (next < end && (word(next, 0) == PRODUCT || word(next, 0) == ROWS)) {
          if (word(next, 0) == ROWS) rows = word(next, 2);
          next += (<usize>word(next, 1)) << 2;
        }
        productsInTurn(command, next, t, before, thread, threads);
        break;
      }
      case PRODUCT_OF_STEPS: {
        const together = stepsTogether(rows);
        if (t % together) break;
        const first = shareOf(word(command, 8), thread, threads);
        const panels = shareOf(word(command, 8), thread + 1, threads) - first;
        productOfSteps(command, t, min(timeSteps, t + together), rows, 0, rows, first, panels);
        break;
      }
      case ZERO: {
        const first = shareOf(word(command, 4), thread, threads);
        zero(command, t, rows, 0, rows, first, shareOf(word(command, 4), thread + 1, threads) - first);
        break;
      }
      case GATHER: {
        const first = shareOf(word(command, 6), thread, threads);
        gather(command, t, rows, 0, rows, first, shareOf(word(command, 6), thread + 1, threads) - first);
        break;
      }
      default: {
        const first = shareOf(rows, thread, threads);
        ofRows(command, t, rows, first, shareOf(rows, thread + 1, threads) - first, thread);
      }
    }
  }
}

/**
 * Products that follow one another, panel by panel: what reads the same panel of weights comes together. Each step begins
 * with the panels that the step before ended with, which are the ones still in the cache.
 */
function productsInTurn(begin: usize, end: usize, t: i32, rowsBefore: i32, thread: i32, threads: i32): void {
  const panels = word(begin, 8);
  const first = shareOf(panels, thread, threads);
  const count = shareOf(panels, thread + 1, threads) - first;
  // A single row keeps the multipliers busy with four panels at a time.
  const together = rowsBefore == 1 ? 4 : 1;
  const groups = (count + together - 1) / together;
  for (let i = 0; i < groups; i++) {
    const shift = (steps & 1 ? groups - 1 - i : i) * together;
    const panel = first + shift;
    const width = min(together, count - shift);
    let rows = rowsBefore;
    for (let command = begin; command < end; command += (<usize>word(command, 1)) << 2) {
      if (word(command, 0) == ROWS) rows = word(command, 2);
      else product(command, t, rows, 0, rows, panel, width);
    }
  }
}

/** Where a thread's share of so many begins. */
@inline
function shareOf(count: i32, thread: i32, threads: i32): i32 {
  return (count * thread) / threads;
}

