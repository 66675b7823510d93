import type { RunState, TaskName } from '../../src/protocol/run';
import { mount } from '../mount';
import { FakeHost } from './fake-host';
import { applyTheme, type ThemeName } from './themes';

/**
 * The panel without an editor. The address says what is shown:
 * ?theme=dark|light|high-contrast|high-contrast-light&task=language|forecast|classify|translate|speech&state=running|…|empty|gone|unreachable
 * &step=N&steps=N&interval=MS&place=editor|side
 */
const asked = new URLSearchParams(location.search);
const number = (name: string, fallback: number) => Number(asked.get(name) ?? fallback);
const place = asked.get('place') === 'side' ? 'side' : 'editor';

applyTheme((asked.get('theme') ?? 'dark') as ThemeName, place);
const host = new FakeHost({
  task: (asked.get('task') ?? 'language') as TaskName,
  state: (asked.get('state') ?? 'running') as RunState,
  step: number('step', 330),
  steps: number('steps', 600),
  interval: number('interval', 80),
});
Object.assign(window, { unrollHost: host, unrollTheme: (name: ThemeName) => applyTheme(name, place) });
mount(host);
