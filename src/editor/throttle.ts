/** Calls `work` at once, then at most once an interval; a call in between is made up for at its end. */
export function throttle(work: () => void, milliseconds: number): { (): void; cancel(): void } {
  let timer: NodeJS.Timeout | undefined;
  let wanted = false;
  const call = () => {
    if (timer) {
      wanted = true;
      return;
    }
    work();
    timer = setTimeout(() => {
      timer = undefined;
      if (wanted) {
        wanted = false;
        call();
      }
    }, milliseconds);
    timer.unref();
  };
  return Object.assign(call, {
    cancel: () => {
      clearTimeout(timer);
      timer = undefined;
      wanted = false;
    },
  });
}
