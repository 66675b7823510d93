import { visible } from '../base/visible';
import { nativeFolder } from '../native/cache-folder';
import { findInstallation } from '../native/installation';
import type { Request } from './arguments';

/** Installs TensorFlow, removes it, or says what is there. Ctrl-C cancels an installation, and leaves nothing of it behind. */
export async function native({ action, json }: Extract<Request, { command: 'native' }>): Promise<void> {
  const { described, install, remove } = await import('../native/install');
  const folder = nativeFolder();
  const say = (line: string) => void process.stdout.write(`${visible(line)}\n`);
  if (action === 'install') {
    const stop = new AbortController();
    const cancel = () => stop.abort();
    process.once('SIGINT', cancel).once('SIGTERM', cancel);
    let shown = '';
    const progress = (words: string, share: number) => {
      const line = `${String(Math.round(100 * share)).padStart(3)} %  ${words}`;
      if (json || line === shown) return;
      // Each kind of work has a line, in which a terminal shows each megabyte.
      const isNew = words.split(',')[0] !== shown.slice(7).split(',')[0];
      if (process.stderr.isTTY) process.stderr.write(`${isNew && shown ? '\n' : '\r\x1b[K'}${line}`);
      else if (isNew) process.stderr.write(`${line}\n`);
      shown = line;
    };
    const endLine = () => void (process.stderr.isTTY && !json && process.stderr.write('\r\x1b[K'));
    try {
      const installed = await install(folder, { signal: stop.signal, progress }).finally(endLine);
      if (json) print({ type: 'native', ...installed.record, folder });
      else {
        say(`Installed ${described(installed)}`);
        say(`It came from the ${installed.record.source}; its licence is Apache-2.0.`);
        say('Train with --backend tensorflow; unroll native remove takes it away again.');
      }
    } catch (error) {
      if (!stop.signal.aborted) throw error;
      say('Cancelled; nothing was installed.');
      process.exitCode = 130;
    }
    return;
  }
  const found = action === 'remove' ? await remove(folder) : await findInstallation([folder]);
  if (json) print({ type: 'native', action, installed: found?.record ?? null, folder });
  else if (!found) say(`TensorFlow is not installed in ${folder}`);
  else say(`${action === 'remove' ? 'Removed' : 'Installed:'} ${described(found)}`);
}

function print(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
