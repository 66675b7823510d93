import type { Trace } from '../../src/protocol/run';
import { measure, percent } from '../format';

/** How a trace's values become colours. */
export type Domain =
  | { readonly kind: 'sequential'; readonly min: number; readonly max: number }
  | { readonly kind: 'diverging'; readonly min: number; readonly max: number };

export type Stuck = 'closed' | 'open' | 'still';

export interface GateStatistics {
  readonly domain: Domain;
  /** What the values say about saturation, in a sentence with numbers. */
  readonly sentence: string;
  /** [units] */
  readonly means: Float64Array;
  /** [units]: why a unit is of no use on this input, if it is. */
  readonly stuck: readonly (Stuck | undefined)[];
}

const open = 0.95;
const closed = 0.05;
/** Share of the domain within which a unit counts as not moving. */
const stillShare = 0.01;

/** What can be seen of a gate or state over the whole input. */
export function gateStatistics(trace: Trace): GateStatistics {
  const { timeSteps, units, values } = trace;
  const means = new Float64Array(units);
  const lows = new Float64Array(units).fill(Number.POSITIVE_INFINITY);
  const highs = new Float64Array(units).fill(Number.NEGATIVE_INFINITY);
  let above = 0;
  let below = 0;
  let beyond = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let t = 0; t < timeSteps; t++) {
    for (let u = 0; u < units; u++) {
      const value = values[t * units + u] ?? Number.NaN;
      means[u] = (means[u] ?? 0) + value / timeSteps;
      lows[u] = Math.min(lows[u] ?? value, value);
      highs[u] = Math.max(highs[u] ?? value, value);
      if (value > open) above++;
      if (value < closed) below++;
      if (Math.abs(value) > open) beyond++;
      if (value < min) min = value;
      if (value > max) max = value;
    }
  }
  const domain = domainOf(trace.range, min, max);
  const isGate = trace.range[0] === 0 && trace.range[1] === 1;
  const span = domain.max - domain.min;
  const stuck = Array.from({ length: units }, (_, u): Stuck | undefined => {
    const low = lows[u] ?? 0;
    const high = highs[u] ?? 0;
    if (isGate && high < closed) return 'closed';
    if (isGate && low > open) return 'open';
    return timeSteps > 1 && high - low < stillShare * span ? 'still' : undefined;
  });
  const total = Math.max(1, timeSteps * units);
  const saturation = isGate
    ? `${percent(above / total)} above ${open}, ${percent(below / total)} below ${closed}`
    : trace.range[0] === -1 && trace.range[1] === 1
      ? `${percent(beyond / total)} beyond ±${open}`
      : `values from ${measure(min)} to ${measure(max)}`;
  return { domain, means, stuck, sentence: `${saturation}${stuckWords(stuck)}.` };
}

/** The same colours for the same values where the range is known, else from the data, symmetric about zero. */
function domainOf(range: Trace['range'], min: number, max: number): Domain {
  // An infinite bound arrives as null where messages travel as JSON.
  const [low, high] = range.map((bound) => (Number.isFinite(bound) ? bound : undefined));
  if (low !== undefined && high !== undefined)
    return { kind: low < 0 ? 'diverging' : 'sequential', min: low, max: high };
  if (low === 0) return { kind: 'sequential', min: 0, max: max > 0 ? max : 1 };
  const reach = Math.max(Math.abs(min), Math.abs(max));
  const safe = Number.isFinite(reach) && reach > 0 ? reach : 1;
  return { kind: 'diverging', min: -safe, max: safe };
}

function stuckWords(stuck: readonly (Stuck | undefined)[]): string {
  const number = (kind: Stuck) => stuck.filter((s) => s === kind).length;
  const parts = [
    [number('closed'), 'never open'],
    [number('open'), 'never close'],
    [number('still'), 'never move'],
  ] as const;
  const told = parts
    .filter(([n]) => n > 0)
    .map(([n, what], i) => `${n}${i === 0 ? ` of ${stuck.length} units` : ''} ${what}`);
  return told.length > 0 ? `; ${told.join(', ')}` : '';
}

/** Units in the order of their mean in a trace, greatest first; in their own order without a trace. */
export function unitOrder(units: number, sortBy: Trace | undefined): readonly number[] {
  const order = Array.from({ length: units }, (_, u) => u);
  if (!sortBy) return order;
  const { means } = gateStatistics(sortBy);
  return order.sort((a, b) => (means[b] ?? 0) - (means[a] ?? 0));
}
