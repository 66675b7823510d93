import type { ComponentChildren } from 'preact';
import { type Sample, type SampleRequest, sampleLength, type TaskName } from '../../src/protocol/run';
import { Problem } from '../components/problem';
import type { RunView } from '../model/panel-store';
import { usePersistedState } from '../persisted-state';
import { useCall } from '../use-call';

interface SampleFormProps {
  readonly view: RunView;
  readonly latest: Sample | undefined;
  readonly onSample: (sample: Sample) => void;
}

interface Wishes {
  readonly prompt: string;
  readonly length: number;
  readonly temperature: number;
  readonly topK: number;
}

/** Asks for a sample. */
export function SampleForm({ view, latest, onSample }: SampleFormProps) {
  const { task, text } = view.run.dataset;
  const language = task === 'language';
  const classify = task === 'classify';
  const first: Wishes = {
    prompt: latest?.task === 'language' ? latest.prompt : '',
    length: latest?.task === 'forecast' ? latest.forecast.length : sampleLength[text?.tokens ?? 'rows'],
    temperature: 0.8,
    topK: 0,
  };
  const [stored, setWishes] = usePersistedState<Wishes | undefined>('run', 'samples.wishes', undefined);
  const wishes = stored ?? first;
  const { busy, error, dismiss, call } = useCall();
  const set = (change: Partial<Wishes>) => setWishes({ ...wishes, ...change });

  const submit = async (event: Event) => {
    event.preventDefault();
    const { prompt, length, temperature, topK } = wishes;
    // A new seed each time, or the same wish would bring the same text.
    const seed = crypto.getRandomValues(new Uint32Array(1))[0];
    const request: SampleRequest = language
      ? { prompt, length, temperature, topK, seed }
      : classify
        ? { prompt }
        : { length };
    const sample = await call('sample', { folder: view.folder, request });
    if (sample) onSample(sample);
  };

  return (
    <form class="sample-form" data-sample-form onSubmit={(event) => void submit(event)}>
      {language || classify ? (
        <Field name="prompt" label={language ? 'Prompt' : 'Your own example'} wide>
          <textarea
            id="sample-prompt"
            rows={1}
            value={wishes.prompt}
            name="prompt"
            onInput={(event) => set({ prompt: event.currentTarget.value })}
          />
        </Field>
      ) : null}
      {classify ? null : (
        <Field
          name="length"
          label={language ? 'Length' : 'Rows'}
          title={language ? 'Tokens to generate' : 'Rows to forecast'}
        >
          <NumberInput
            name="length"
            value={wishes.length}
            min={1}
            max={10_000}
            step={1}
            onValue={(length) => set({ length })}
          />
        </Field>
      )}
      {language ? (
        <>
          <Field name="temperature" label="Temperature" title="Below 1: safer; above 1: wilder">
            <NumberInput
              name="temperature"
              value={wishes.temperature}
              min={0.01}
              max={5}
              step={0.01}
              onValue={(temperature) => set({ temperature })}
            />
          </Field>
          <Field name="topK" label="Top-k" title="Choose among the k likeliest tokens; 0: among all">
            <NumberInput
              name="topK"
              value={wishes.topK}
              min={0}
              max={100_000}
              step={1}
              onValue={(topK) => set({ topK })}
            />
          </Field>
        </>
      ) : null}
      <button type="submit" class="button" disabled={busy} aria-busy={busy}>
        {busy ? 'Working…' : sampleVerbs[task]}
      </button>
      {error ? <Problem error={error} onClose={dismiss} /> : null}
    </form>
  );
}

const sampleVerbs: Readonly<Record<TaskName, string>> = {
  language: 'Sample',
  forecast: 'Forecast',
  classify: 'Classify',
};

interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly title?: string;
  readonly wide?: boolean;
  readonly children: ComponentChildren;
}

function Field({ name, label, title, wide, children }: FieldProps) {
  return (
    <div class={`field stacked ${wide ? 'wide' : ''}`} title={title}>
      <label for={`sample-${name}`}>{label}</label>
      {children}
    </div>
  );
}

interface NumberInputProps {
  readonly name: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly onValue: (value: number) => void;
}

function NumberInput({ name, value, min, max, step, onValue }: NumberInputProps) {
  return (
    <input
      type="number"
      id={`sample-${name}`}
      name={name}
      value={value}
      min={min}
      max={max}
      step={step}
      required
      onInput={(event) => {
        const next = event.currentTarget.valueAsNumber;
        if (Number.isFinite(next)) onValue(next);
      }}
    />
  );
}
