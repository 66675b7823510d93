/**
 * Writes once a second into the file that `UNROLL_LOOP_REPORT` names how long the event loop of the extension host stood
 * still at most: by the clock, and in time of the thread on a processor (the rest was waiting for a processor, on a
 * machine that is busy).
 */
const { appendFile } = require('node:fs');

const interval = 5;

exports.activate = () => {
  const report = process.env.UNROLL_LOOP_REPORT;
  if (report) watch(report);
};

/** @param {string} report */
function watch(report) {
  let clock = performance.now();
  let busy = processorTime();
  let written = clock;
  let longest = { clock: 0, busy: 0 };
  const tick = () => {
    const [now, used] = [performance.now(), processorTime()];
    longest = { clock: Math.max(longest.clock, now - clock - interval), busy: Math.max(longest.busy, used - busy) };
    [clock, busy] = [now, used];
    if (now - written > 1000) {
      appendFile(report, `${JSON.stringify({ at: Date.now(), ...longest })}\n`, () => undefined);
      longest = { clock: 0, busy: 0 };
      written = now;
    }
    setTimeout(tick, interval);
  };
  tick();
}

/** Of this thread, in ms. */
function processorTime() {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
