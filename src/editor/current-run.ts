import type * as vscode from 'vscode';
import { Signal } from './signal';

const key = 'unroll.currentRun';

/** The run that commands without an argument and the side view are about; the window's next start remembers it. */
export class CurrentRun {
  readonly changed = new Signal<string | undefined>();

  constructor(private readonly memory: vscode.Memento) {}

  get folder(): string | undefined {
    return this.memory.get<string>(key);
  }

  set(folder: string | undefined): void {
    if (folder !== this.folder) {
      void this.memory.update(key, folder);
      this.changed.fire(folder);
    }
  }
}
