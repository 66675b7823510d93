// Which of the threads this instance is.
export let thread: i32 = 0;
export let threads: i32 = 1;

export function be(own: i32, all: i32): void {
  thread = own;
  threads = all;
}
