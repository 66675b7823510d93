import { useMemo, useState } from 'preact/hooks';
import type { Direction, Probe } from '../../src/protocol/run';
import { useChartStyle } from '../chart-style';
import type { Cell } from '../charts/heat-map';
import { Choice } from '../components/choice';
import { Problem } from '../components/problem';
import { Section, Toggle } from '../components/section';
import { count } from '../format';
import { unitOrder } from '../model/gate-statistics';
import type { RunView } from '../model/panel-store';
import { usePersistedState } from '../persisted-state';
import { type TaskWords, taskWords } from '../tasks';
import { visibleLine } from '../visible-text';
import { GateMap } from './gate-map';
import { GateTable } from './gate-table';
import { useOwnProbe } from './own-probe';

const byUnit = '';

const directionNames: Readonly<Record<Direction, string>> = { forward: 'forwards', backward: 'backwards' };

/** What every gate and state of a layer does over a short input. */
export function Gates({ view }: { readonly view: RunView }) {
  const [table, setTable] = usePersistedState('settings', 'gates.table', false);
  const { probe, input, setInput, busy, error, dismiss } = useOwnProbe(view);
  const words = taskWords[view.run.dataset.task];
  return (
    <Section
      view="gates"
      title="Gates and states"
      tools={<Toggle label="Table" title="Show as table" on={table} onToggle={setTable} />}
    >
      {words.ownInput ? <InputForm input={input} onInput={setInput} busy={busy} /> : null}
      {error ? <Problem error={error} onClose={dismiss} /> : null}
      {probe && probe.traces.length > 0 ? (
        <Maps probe={probe} table={table} words={words} />
      ) : (
        <p class="note">
          The first look inside comes with the first sample, after {count(view.run.configuration.training.sampleEvery)}{' '}
          steps.
        </p>
      )}
    </Section>
  );
}

function Maps({ probe, table, words }: { readonly probe: Probe; readonly table: boolean; readonly words: TaskWords }) {
  const style = useChartStyle();
  const layers = useMemo(() => [...new Set(probe.traces.map(({ layer }) => layer))].sort((a, b) => a - b), [probe]);
  const [chosenLayer, setLayer] = usePersistedState('run', 'gates.layer', layers[0] ?? 0);
  const [chosenDirection, setDirection] = usePersistedState<Direction>('run', 'gates.direction', 'forward');
  const [sortBy, setSortBy] = usePersistedState('settings', 'gates.sort', byUnit);
  const [tableGate, setTableGate] = usePersistedState('settings', 'gates.tableGate', '');
  const [cursor, setCursor] = useState<Cell | undefined>(undefined);
  const layer = layers.includes(chosenLayer) ? chosenLayer : (layers[0] ?? 0);
  const isBoth = probe.traces.some(({ direction }) => direction === 'backward');
  const direction = isBoth ? chosenDirection : 'forward';
  const traces = useMemo(
    () => probe.traces.filter((trace) => trace.layer === layer && trace.direction === direction),
    [probe, layer, direction],
  );
  const labels = useMemo(() => probe.input.map(words.inputLabel), [probe, words]);
  const tableTrace = traces.find(({ name }) => name === tableGate) ?? traces[0];
  const units = traces[0]?.units ?? 0;
  const order = useMemo(
    () =>
      unitOrder(
        units,
        traces.find(({ name }) => name === sortBy),
      ),
    [units, traces, sortBy],
  );
  return (
    <>
      <div class="controls">
        {layers.length > 1 ? (
          <Choice
            label="Layer"
            hook="layer"
            value={String(layer)}
            options={layers.map((l) => [String(l), String(l + 1)])}
            onChoose={(value) => setLayer(Number(value))}
          />
        ) : null}
        {isBoth ? (
          <Choice
            label="Read"
            hook="direction"
            value={direction}
            options={Object.entries(directionNames)}
            onChoose={(value) => setDirection(value as Direction)}
          />
        ) : null}
        <Choice
          label="Sort units by"
          hook="sort"
          value={sortBy}
          options={[[byUnit, 'number'], ...traces.map(({ name }) => [name, `mean of ${visibleLine(name)}`] as const)]}
          onChoose={setSortBy}
        />
        {table && tableTrace ? (
          <Choice
            label="Values of"
            hook="values"
            value={tableTrace.name}
            options={traces.map(({ name }) => [name, visibleLine(name)])}
            onChoose={setTableGate}
          />
        ) : null}
        <p class="readout" aria-live="polite" data-readout>
          {cursor ? (
            <>
              {words.timeStep} {cursor.step + 1} <b>{labels[cursor.step]}</b> · unit {cursor.unit + 1} of {units}
            </>
          ) : (
            `recorded at step ${count(probe.step)}`
          )}
        </p>
      </div>
      {table && tableTrace ? (
        <GateTable trace={tableTrace} labels={labels} order={order} />
      ) : (
        <div class="maps">
          {traces.map((trace) => (
            <GateMap
              key={trace.name}
              trace={trace}
              order={order}
              labels={labels}
              cursor={cursor}
              onCursor={setCursor}
              style={style}
            />
          ))}
        </div>
      )}
    </>
  );
}

interface InputFormProps {
  readonly input: string;
  readonly onInput: (input: string) => void;
  readonly busy: boolean;
}

/** A person's own text to look at instead of the training's. */
function InputForm({ input, onInput, busy }: InputFormProps) {
  const [draft, setDraft] = useState(input);
  return (
    <form
      class="inline-form"
      data-probe-form
      onSubmit={(event) => {
        event.preventDefault();
        onInput(draft);
      }}
    >
      <input
        type="text"
        class="grow"
        value={draft}
        maxLength={200}
        placeholder="Your own text to look at"
        aria-label="Your own text to look at"
        onInput={(event) => setDraft(event.currentTarget.value)}
      />
      <button
        type="submit"
        class="button secondary"
        disabled={busy || (draft === '' && input === '')}
        title="Show the gates on this text"
      >
        Look
      </button>
      {input === '' ? null : (
        <button
          type="button"
          class="button secondary"
          title="Show the training's own input again"
          onClick={() => {
            setDraft('');
            onInput('');
          }}
        >
          Reset
        </button>
      )}
    </form>
  );
}
