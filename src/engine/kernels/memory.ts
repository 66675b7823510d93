// Low memory, below what the engine allocates (from heapStart of src/engine/wasm/memory.ts on).

/** Numbers that the code loads rather than holds, since V8 builds a vector constant anew at each use. */
export const constants: usize = 512;
/** Words that the threads share: see pool.ts. */
export const control: usize = 1024;
/** Pointers of a segment. */
const pointersOfAll: usize = 2048;
/** What is left over of a panel. */
const scratchOfAll: usize = 36864;

@inline
export function pointers(thread: i32): usize {
  return pointersOfAll + (<usize>thread << 9);
}

@inline
export function scratch(thread: i32): usize {
  return scratchOfAll + (<usize>thread << 10);
}
