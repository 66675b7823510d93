import { useEffect, useMemo } from 'preact/hooks';
import type { Sample, TaskName } from '../../src/protocol/run';
import { samplesOf } from '../../src/samples';
import { Section, Toggle } from '../components/section';
import { count } from '../format';
import type { RunView } from '../model/panel-store';
import { usePersistedState } from '../persisted-state';
import { taskWords } from '../tasks';
import { ClassifyView } from './classify-sample';
import { ForecastView } from './forecast-sample';
import { FramesView } from './frames-sample';
import { LanguageView } from './language-sample';
import { SampleForm } from './sample-form';
import { SpeechView } from './speech-sample';
import { TranslateView } from './translate-sample';

const keptAsked = 20;

const sampleViews: Readonly<Record<TaskName, (props: SampleViewProps) => preact.ComponentChild>> = {
  language: LanguageView,
  forecast: ForecastView,
  classify: ClassifyView,
  translate: TranslateView,
  speech: SpeechView,
  frames: FramesView,
};

export interface SampleViewProps {
  readonly sample: Sample;
  readonly view: RunView;
  readonly table: boolean;
}

/** What the network makes by itself, growing better; with the earlier samples by step. */
export function Samples({ view }: { readonly view: RunView }) {
  const { task } = view.run.dataset;
  const [table, setTable] = usePersistedState('settings', 'samples.table', false);
  const [asked, setAsked] = usePersistedState<readonly Sample[]>('run', 'samples.asked', []);
  const [chosen, setChosen] = usePersistedState<string | undefined>('run', 'samples.chosen', undefined);
  const history = useMemo(() => joined(view.samples, asked), [view.samples, asked]);
  const found = chosen === undefined ? -1 : history.findIndex((sample) => keyOf(sample) === chosen);
  const index = found >= 0 ? found : history.length - 1;
  const sample = history[index];
  const SampleView = sampleViews[task];
  const ask = (made: readonly Sample[]) => {
    const last = made.at(-1);
    if (!last) return;
    setAsked([...asked, ...made].slice(-keptAsked));
    setChosen(keyOf(last));
  };
  useEffect(() => {
    const known = new Set(asked.map(keyOf));
    ask(view.asked.filter((sample) => !known.has(keyOf(sample))));
  }, [view.asked]);
  const choose = (at: number) => {
    const target = history[at];
    setChosen(target && at < history.length - 1 ? keyOf(target) : undefined);
  };
  return (
    <Section
      view="samples"
      title={taskWords[task].samplesTitle}
      tools={
        task !== 'language' ? <Toggle label="Table" title="Show as table" on={table} onToggle={setTable} /> : undefined
      }
    >
      {sample ? (
        <>
          {history.length > 1 ? <History history={history} index={index} onChoose={choose} /> : null}
          <SampleView sample={sample} view={view} table={table} />
        </>
      ) : (
        <p class="note">
          The first sample comes after {count(view.run.configuration.training.sampleEvery)} steps. You can ask for one
          at any time.
        </p>
      )}
      <SampleForm view={view} latest={sample} onSample={(made) => ask([made])} />
    </Section>
  );
}

interface HistoryProps {
  readonly history: readonly Sample[];
  readonly index: number;
  readonly onChoose: (index: number) => void;
}

/** Goes back to earlier samples; at its right end new samples are shown as they come. */
function History({ history, index, onChoose }: HistoryProps) {
  const step = history[index]?.step ?? 0;
  const latest = index === history.length - 1;
  return (
    <div class="history">
      <input
        type="range"
        min={0}
        max={history.length - 1}
        step={1}
        value={index}
        aria-label="Earlier samples"
        aria-valuetext={`step ${count(step)}, sample ${index + 1} of ${history.length}`}
        data-history
        onInput={(event) => onChoose(Number(event.currentTarget.value))}
      />
      <span class="history-step" data-sample-step={step}>
        step {count(step)}
      </span>
      <button
        type="button"
        class="toggle"
        disabled={latest}
        title="Show the latest, and new ones as they come"
        onClick={() => onChoose(history.length - 1)}
      >
        Latest
      </button>
    </div>
  );
}

const keyOf = (sample: Sample) => samplesOf(sample.task).key(sample);

/** By step, each once; those that were asked for after those of the training. */
function joined(samples: readonly Sample[], asked: readonly Sample[]): readonly Sample[] {
  const byKey = new Map([...samples, ...asked].map((sample) => [keyOf(sample), sample] as const));
  return [...byKey.values()].sort((a, b) => a.step - b.step);
}
