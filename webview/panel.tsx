import { useEffect, useState } from 'preact/hooks';
import type { PanelStore, PanelView, RunView } from './model/panel-store';
import type { Persistence } from './persisted-state';
import { useKeptScroll } from './use-scroll';
import { Gates } from './views/gates';
import { Header } from './views/header';
import { Loss } from './views/loss';
import { Samples } from './views/samples';
import { Empty, Gone, Unreachable } from './views/without-run';

interface PanelProps {
  readonly store: PanelStore;
  readonly persistence: Persistence;
}

/** The whole page: one run, or why there is none and what to do. */
export function Panel({ store, persistence }: PanelProps) {
  const [view, setView] = useState<PanelView>(store.view);
  useEffect(() => {
    const stop = store.subscribe(() => setView(store.view));
    void store.open(persistence.folder);
    return stop;
  }, [store, persistence]);

  switch (view.kind) {
    case 'loading':
      return (
        <p class="loading" role="status">
          Opening the run…
        </p>
      );
    case 'empty':
      return <Empty />;
    case 'unreachable':
      return <Unreachable error={view.error} onRetry={() => void store.open(persistence.folder)} />;
    case 'gone':
      return <Gone error={view.error} />;
    case 'run':
      persistence.show(view.view.folder);
      return <Run key={view.view.folder} view={view.view} />;
  }
}

function Run({ view }: { readonly view: RunView }) {
  useKeptScroll();
  return (
    <main class="run">
      <Header view={view} />
      <Loss view={view} />
      <Samples view={view} />
      <Gates view={view} />
    </main>
  );
}
