// Threads: the one that trains and its helpers run the same program at once, each its share of rows or panels.
import { storeAdamConstants } from './adam';
import { storeExpConstants } from './exp';
import { control } from './memory';
import { run } from './run';
import { be, thread, threads } from './thread';

// Words of the control area, each in a cache line of its own.
const JOB: usize = 0; // counts programs
const PROGRAM: usize = 8; // address of the current one
const ARRIVED: usize = 64; // threads at the barrier
const ROUND: usize = 128; // counts barriers
const SLEEPERS: usize = 192; // threads that wait without spinning
const LOST: usize = 256; // a thread has died

/** Looks before a thread goes to sleep: some 100 µs, what lies between two operations of a step. To be woken takes as long. */
const spins: i32 = 200000;
/** Nanoseconds after which a sleeper looks whether a thread was lost. */
const patience: i64 = 2_000_000_000;

/** Which thread this instance is, of how many; the first one stores what all of them load. */
export function join(own: i32, all: i32): void {
  be(own, all);
  if (own > 0) return;
  storeExpConstants();
  storeAdamConstants();
}

/** Runs a program on all threads; called by the first one. */
export function start(program: usize): void {
  if (threads > 1) {
    store<i32>(control + PROGRAM, <i32>program);
    atomic.add<i32>(control + JOB, 1);
    if (atomic.load<i32>(control + SLEEPERS) > 0) atomic.notify(control + JOB, -1);
  }
  if (program) run(program, thread, threads);
  barrier();
}

/** Runs a program on this thread only, where waking the others would take longer than what there is to do. */
export function alone(program: usize): void {
  const all = threads;
  be(thread, 1);
  run(program, thread, 1);
  be(thread, all);
}

/**
 * A helper's life: programs, one after another, until one at address 0 lets it go to read its messages. Takes and returns
 * how many it has seen.
 */
export function serve(seen: i32): i32 {
  while (true) {
    awaitChange(control + JOB, seen);
    seen++;
    const program = <usize>load<i32>(control + PROGRAM);
    if (program) run(program, thread, threads);
    barrier();
    if (!program) return seen;
  }
}

/** All threads have come here, and what they wrote before can be read by all. */
export function barrier(): void {
  if (threads == 1) return;
  const round = atomic.load<i32>(control + ROUND);
  if (atomic.add<i32>(control + ARRIVED, 1) == threads - 1) {
    atomic.store<i32>(control + ARRIVED, 0);
    atomic.store<i32>(control + ROUND, round + 1);
    if (atomic.load<i32>(control + SLEEPERS) > 0) atomic.notify(control + ROUND, -1);
  } else {
    awaitChange(control + ROUND, round);
  }
}

/** Returns when the word is no longer what was seen: spins, then sleeps. Traps when a thread was lost meanwhile. */
function awaitChange(address: usize, seen: i32): void {
  for (let i = 0; i < spins; i++) if (atomic.load<i32>(address) != seen) return;
  atomic.add<i32>(control + SLEEPERS, 1);
  while (atomic.load<i32>(address) == seen) {
    atomic.wait<i32>(address, seen, patience);
    if (atomic.load<i32>(control + LOST)) unreachable();
  }
  atomic.sub<i32>(control + SLEEPERS, 1);
}

/** Frees whoever waits for a thread that has died: they trap. */
export function lose(): void {
  atomic.store<i32>(control + LOST, 1);
  atomic.notify(control + JOB, -1);
  atomic.notify(control + ROUND, -1);
}
