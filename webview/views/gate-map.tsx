import { useMemo, useState } from 'preact/hooks';
import type { Trace } from '../../src/protocol/run';
import type { ChartStyle } from '../chart-style';
import { type Cell, HeatMap } from '../charts/heat-map';
import { paletteGradient } from '../charts/palette';
import { measure } from '../format';
import { gateStatistics } from '../model/gate-statistics';
import { visibleLine } from '../visible-text';

interface GateMapProps {
  readonly trace: Trace;
  readonly order: readonly number[];
  readonly labels: readonly string[];
  readonly cursor: Cell | undefined;
  readonly onCursor: (cell: Cell | undefined) => void;
  readonly style: ChartStyle;
}

/** One gate or state: its name, the value under the cursor, its colours, the map, and what it says. */
export function GateMap({ trace, order, labels, cursor, onCursor, style }: GateMapProps) {
  const { domain, sentence, stuck } = useMemo(() => gateStatistics(trace), [trace]);
  const marked = useMemo(() => stuck.map((s) => s !== undefined), [stuck]);
  const [here, setHere] = useState(false);
  const palette = domain.kind === 'sequential' ? style.sequential : style.diverging;
  const value = cursor ? trace.values[cursor.step * trace.units + cursor.unit] : undefined;
  const name = visibleLine(trace.name);
  return (
    <figure class="gate">
      <div class="gate-title">
        <h3>
          <code>{name}</code> <span class="role">{trace.role}</span>
        </h3>
        {value === undefined ? null : <output data-gate-value>{measure(value)}</output>}
        {cursor && here ? (
          <span class="role">
            unit {cursor.unit + 1} at <b>{labels[cursor.step]}</b>
          </span>
        ) : null}
        <span class="scale" aria-hidden="true">
          {axisEnd(domain.min)}
          <span class="scale-bar" style={{ background: paletteGradient(palette) }} />
          {axisEnd(domain.max)}
        </span>
      </div>
      <HeatMap
        trace={trace}
        domain={domain}
        order={order}
        labels={labels}
        marked={marked}
        cursor={cursor}
        onCursor={(cell) => {
          setHere(cell !== undefined);
          onCursor(cell);
        }}
        style={style}
        label={`${name}, ${trace.role}: ${trace.units} units over ${trace.timeSteps} steps. ${sentence}`}
      />
      <figcaption class="note" data-saturation>
        {sentence}
      </figcaption>
    </figure>
  );
}

const axisEnd = (value: number) => String(Number(value.toPrecision(2))).replace('-', '−');
