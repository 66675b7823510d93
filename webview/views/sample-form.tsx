import type { Sample, TaskName } from '../../src/protocol/run';
import { requestOf, type SampleField, samplesOf } from '../../src/samples';
import { Problem } from '../components/problem';
import type { RunView } from '../model/panel-store';
import { usePersistedState } from '../persisted-state';
import { useCall } from '../use-call';

interface SampleFormProps {
  readonly view: RunView;
  readonly latest: Sample | undefined;
  readonly onSample: (sample: Sample) => void;
}

/** Answers to fields, by their keys. */
type Wishes = Partial<Record<SampleField['key'], string>>;

/** Asks for a sample. */
export function SampleForm({ view, latest, onSample }: SampleFormProps) {
  const { dataset } = view.run;
  const fields = samplesOf(dataset.task).fields(dataset, latest);
  const [wishes, setWishes] = usePersistedState<Wishes>('run', 'samples.wished', {});
  const { busy, error, dismiss, call } = useCall();
  // Of its own, for nothing is worked on while a person looks for a file.
  const dialog = useCall();
  const answerTo = ({ key, value }: SampleField) => wishes[key] ?? value;

  const choose = async ({ key, file }: SampleField) => {
    const path = file && (await dialog.call('chooseFile', file));
    if (path !== undefined) setWishes({ ...wishes, [key]: path });
  };

  const submit = async (event: Event) => {
    event.preventDefault();
    // A new seed each time, or the same wish would bring the same text.
    const seed = crypto.getRandomValues(new Uint32Array(1))[0];
    const request = { ...requestOf(fields, fields.map(answerTo)), seed };
    const sample = await call('sample', { folder: view.folder, request });
    if (sample) onSample(sample);
  };

  return (
    <form class="sample-form" data-sample-form onSubmit={(event) => void submit(event)}>
      {fields.map((field) => (
        <Field
          key={field.key}
          field={field}
          answer={answerTo(field)}
          onAnswer={(answer) => setWishes({ ...wishes, [field.key]: answer })}
          onChoose={choose}
        />
      ))}
      <button type="submit" class="button" disabled={busy} aria-busy={busy}>
        {busy ? 'Working…' : sampleVerbs[dataset.task]}
      </button>
      {error ? <Problem error={error} onClose={dismiss} /> : null}
      {dialog.error ? <Problem error={dialog.error} onClose={dialog.dismiss} /> : null}
    </form>
  );
}

const sampleVerbs: Readonly<Record<TaskName, string>> = {
  language: 'Sample',
  forecast: 'Forecast',
  classify: 'Classify',
  translate: 'Translate',
  speech: 'Transcribe',
  frames: 'Predict',
};

interface FieldProps {
  readonly field: SampleField;
  readonly answer: string;
  readonly onAnswer: (answer: string) => void;
  readonly onChoose: (field: SampleField) => Promise<void>;
}

function Field({ field, answer, onAnswer, onChoose }: FieldProps) {
  const { key, label, hint, number, file } = field;
  const id = `sample-${key}`;
  return (
    <div class={`field stacked ${number ? '' : 'wide'}`} title={hint}>
      <label for={id}>{label}</label>
      {number ? (
        <input
          {...{ id, name: key, ...number }}
          type="number"
          value={answer}
          required
          onInput={(event) => {
            const { value, valueAsNumber } = event.currentTarget;
            if (Number.isFinite(valueAsNumber)) onAnswer(value);
          }}
        />
      ) : (
        <div class="chosen-file">
          <textarea
            id={id}
            name={key}
            rows={1}
            value={answer}
            onInput={(event) => onAnswer(event.currentTarget.value)}
          />
          {file ? (
            <button type="button" class="button secondary" onClick={() => void onChoose(field)}>
              Choose…
            </button>
          ) : null}
        </div>
      )}
    </div>
  );
}
