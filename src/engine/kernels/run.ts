// Runs a program: reads its words and calls the kernels.
import { adam, squares } from './adam';
import { pack, packTransposed, packVector, vectorGradient } from './layout';
import { lockstep } from './lockstep';
import { mapGradient } from './map-gradient';
import { barrier } from './pool';
import { ofRows, productOfSteps, productOverTime, stepsTogether } from './rows';
import { ADAM, BARRIER, EACH, END, FORWARD, headerBytes, LOCKSTEP_BACKWARD, LOCKSTEP_FORWARD, MAP_GRADIENT, PACK, PACK_TRANSPOSED, PACK_VECTOR, PANELS, PRODUCT, PRODUCT_OF_STEPS, SQUARES, VECTOR_GRADIENT, word } from './words';

export function run(program: usize, thread: i32, threads: i32): void {
  let at = program;
  while (true) {
    const kind = word(at, 0);
    if (kind == END) return;
    if (kind == BARRIER) {
      barrier();
      at += headerBytes;
      continue;
    }
    const timeSteps = word(at, 1);
    const rows = word(at, 2);
    const part = word(at, 4);
    const commands = at + headerBytes;
    const end = commands + <usize>word(at, 3);
    at = end;
    if (kind == PANELS) {
      let turn = thread;
      for (let command = commands; command < end; command += (<usize>word(command, 1)) << 2) {
        ofPanels(command, turn, threads, timeSteps);
        turn = (turn + 1) % threads;
      }
      continue;
    }
    if (kind == LOCKSTEP_FORWARD) {
      for (let t = 0; t < timeSteps; t++) lockstep(commands, end, t, timeSteps, thread, threads);
      continue;
    }
    if (kind == LOCKSTEP_BACKWARD) {
      for (let t = timeSteps - 1; t >= 0; t--) lockstep(commands, end, t, timeSteps, thread, threads);
      continue;
    }
    let first = 0;
    let count = rows;
    if (part >= 0) {
      if (part % threads != thread) continue;
    } else {
      const workers = min(threads, rows);
      if (thread >= workers) continue;
      first = (rows * thread) / workers;
      count = (rows * (thread + 1)) / workers - first;
    }
    if (kind == EACH) {
      for (let command = commands; command < end; command += (<usize>word(command, 1)) << 2) {
        if (word(command, 0) == PRODUCT) productOverTime(command, timeSteps, rows, first, count);
        else for (let t = 0; t < timeSteps; t++) ofRows(command, t, rows, first, count, thread);
      }
    } else if (kind == FORWARD) {
      for (let t = 0; t < timeSteps; t++) {
        for (let command = commands; command < end; command += (<usize>word(command, 1)) << 2)
          atStep(command, t, timeSteps, rows, first, count, thread);
      }
    } else {
      for (let t = timeSteps - 1; t >= 0; t--) {
        for (let command = commands; command < end; command += (<usize>word(command, 1)) << 2)
          atStep(command, t, timeSteps, rows, first, count, thread);
      }
    }
  }
}

/**
 * A command of a loop over time. A product that waits for nothing within the loop is made for several steps at once, at the
 * first of them: a panel of weights then serves more rows, and what it leaves is still in the cache when it is read.
 */
@inline
function atStep(command: usize, t: i32, timeSteps: i32, rows: i32, first: i32, count: i32, thread: i32): void {
  if (word(command, 0) != PRODUCT_OF_STEPS) {
    ofRows(command, t, rows, first, count, thread);
    return;
  }
  const together = stepsTogether(count);
  if (t % together == 0)
    productOfSteps(command, t, min(timeSteps, t + together), rows, first, count, 0, word(command, 8));
}

function ofPanels(command: usize, turn: i32, threads: i32, timeSteps: i32): void {
  switch (word(command, 0)) {
    case MAP_GRADIENT:
      mapGradient(command, turn, threads, timeSteps);
      break;
    case PACK:
      pack(command, turn, threads);
      break;
    case PACK_TRANSPOSED:
      packTransposed(command, turn, threads);
      break;
    case PACK_VECTOR:
      packVector(command, turn);
      break;
    case VECTOR_GRADIENT:
      vectorGradient(command, turn, threads);
      break;
    case SQUARES:
      squares(command, turn, threads);
      break;
    case ADAM:
      adam(command, turn, threads);
      break;
    default:
      unreachable();
  }
}
