import { render } from 'preact';
import uplot from 'uplot/dist/uPlot.min.css';
import { createClient } from './client';
import { PanelStore } from './model/panel-store';
import { Panel } from './panel';
import { Persistence, PersistenceContext } from './persisted-state';
import type { Platform } from './platform';
import base from './styles/base.css';
import charts from './styles/charts.css';
import classify from './styles/classify.css';
import controls from './styles/controls.css';
import frames from './styles/frames.css';
import layout from './styles/layout.css';
import samples from './styles/samples.css';
import speech from './styles/speech.css';
import translate from './styles/translate.css';
import { ClientContext } from './use-call';

/** Shows the panel in the page. */
export function mount(platform: Platform): void {
  // A sheet made by script needs no exception in the page's content security policy.
  const sheets = [uplot, base, controls, layout, charts, samples, classify, translate, speech, frames].map((text) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    return sheet;
  });
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, ...sheets];

  const client = createClient(platform.port);
  const store = new PanelStore(client, (run) => requestAnimationFrame(run));
  const persistence = new Persistence(platform);
  const root = document.getElementById('root');
  if (!root) throw new Error('The page has no element "root".');
  render(
    <ClientContext.Provider value={client}>
      <PersistenceContext.Provider value={persistence}>
        <Panel store={store} persistence={persistence} />
      </PersistenceContext.Provider>
    </ClientContext.Provider>,
    root,
  );
}
