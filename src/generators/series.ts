import type { TextGenerator } from './generator';

/**
 * x' = 0.2 x(t − 17) / (1 + x(t − 17)^10) − 0.1 x, by Runge and Kutta's method in steps of 0.1, one row a unit of time
 * (Mackey and Glass 1977).
 */
export const mackeyGlass: TextGenerator = {
  label: 'Mackey-Glass',
  about: 'forecast a chaotic series whose future depends on what was long ago (Mackey and Glass 1977)',
  extension: 'csv',
  usual: { count: 3000, length: 1 },
  *lines({ count }, random) {
    const perUnit = 10;
    const delay = 17 * perUnit;
    const warmUp = 500 * perUnit;
    const history = Array.from({ length: delay + 1 }, () => 1.2 + 0.01 * random.normal());
    const slope = (now: number, before: number) => (0.2 * before) / (1 + before ** 10) - 0.1 * now;
    const step = 1 / perUnit;
    yield 'time,x';
    for (let at = 0; at < warmUp + count * perUnit; at++) {
      const now = history[history.length - 1] ?? 0;
      const [before = 0, after = 0] = [history[0], history[1]];
      const between = (before + after) / 2;
      const a = slope(now, before);
      const b = slope(now + (step / 2) * a, between);
      const c = slope(now + (step / 2) * b, between);
      const d = slope(now + step * c, after);
      history.push(now + (step / 6) * (a + 2 * b + 2 * c + d));
      history.shift();
      const since = at - warmUp;
      if (since >= 0 && since % perUnit === 0) yield `${since / perUnit},${(history.at(-1) ?? 0).toFixed(5)}`;
    }
  },
};

/** Two waves of different length, and noise. */
export const noisySines: TextGenerator = {
  label: 'Noisy sines',
  about: 'forecast a sum of waves under noise: what is left to learn is the noise itself',
  extension: 'csv',
  usual: { count: 2000, length: 1 },
  *lines({ count }, random) {
    yield 'time,signal';
    const noise = 0.1;
    for (let row = 0; row < count; row++) {
      const signal = Math.sin((2 * Math.PI * row) / 25) + 0.5 * Math.sin((2 * Math.PI * row) / 60 + 1);
      yield `${row},${(signal + noise * random.normal()).toFixed(4)}`;
    }
  },
};
