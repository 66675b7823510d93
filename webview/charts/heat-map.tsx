import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Trace } from '../../src/protocol/run';
import type { ChartStyle } from '../chart-style';
import type { Domain } from '../model/gate-statistics';
import { drawHeatMap, gutter, heatMapHeight, labelHeight } from './heat-map-drawing';

export interface Cell {
  readonly unit: number;
  readonly step: number;
}

export interface HeatMapProps {
  readonly trace: Trace;
  readonly domain: Domain;
  /** Units from top to bottom. */
  readonly order: readonly number[];
  /** One a time step. */
  readonly labels: readonly string[];
  /** [units]: whether a row is marked. */
  readonly marked: readonly boolean[];
  readonly cursor: Cell | undefined;
  readonly onCursor: (cell: Cell | undefined) => void;
  readonly style: ChartStyle;
  readonly label: string;
}

/** Units (rows) by time steps (columns), with a cursor that other maps share. */
export function HeatMap(props: HeatMapProps) {
  const { trace, order, cursor, onCursor, style, label } = props;
  const host = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const height = heatMapHeight(trace.units);

  useLayoutEffect(() => {
    const element = host.current;
    if (!element) return;
    const measureWidth = () => setWidth(element.clientWidth);
    measureWidth();
    const observer = new ResizeObserver(measureWidth);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  useLayoutEffect(() => {
    if (canvas.current && width > 0) drawHeatMap(canvas.current, width, props);
    // The cursor lies over the canvas: it needs no drawing.
  }, [trace, order, width, style, props.domain, props.labels]);

  const mapWidth = Math.max(1, width - gutter);
  const cellWidth = mapWidth / trace.timeSteps;
  const cellHeight = height / trace.units;
  const row = cursor ? order.indexOf(cursor.unit) : -1;

  const moveTo = (rowAt: number, step: number) => {
    const unit = order[Math.min(trace.units - 1, Math.max(0, rowAt))];
    if (unit !== undefined) onCursor({ unit, step: Math.min(trace.timeSteps - 1, Math.max(0, step)) });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const far = event.shiftKey ? 8 : 1;
    const [rows, steps] = keyMoves[event.key] ?? [0, 0];
    if (event.key === 'Escape') onCursor(undefined);
    else if (rows !== 0 || steps !== 0) moveTo(cursor ? row + rows * far : 0, cursor ? cursor.step + steps * far : 0);
    else return;
    event.preventDefault();
  };

  return (
    <div
      ref={host}
      class="heat-map"
      role="application"
      aria-label={`${label} Arrow keys move the cursor.`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the map is used by key
      tabIndex={0}
      data-gate={trace.name}
      data-cells={`${trace.units} x ${trace.timeSteps}`}
      onKeyDown={onKeyDown}
      onBlur={() => onCursor(undefined)}
      onPointerLeave={() => onCursor(undefined)}
      onPointerMove={(event) => {
        const box = event.currentTarget.getBoundingClientRect();
        moveTo(Math.floor((event.clientY - box.top) / cellHeight), Math.floor((event.clientX - box.left) / cellWidth));
      }}
    >
      <canvas ref={canvas} style={{ width: `${width}px`, height: `${height + labelHeight}px` }} />
      {cursor && row >= 0 ? (
        <>
          <div
            class="cursor-step"
            style={{
              left: `${cursor.step * cellWidth}px`,
              width: `${cellWidth}px`,
              height: `${height + labelHeight}px`,
            }}
          />
          <div
            class="cursor-unit"
            style={{ top: `${row * cellHeight}px`, width: `${mapWidth}px`, height: `${cellHeight}px` }}
          />
        </>
      ) : null}
    </div>
  );
}

const keyMoves: Readonly<Record<string, readonly [rows: number, steps: number]>> = {
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
};
