import * as vscode from 'vscode';
import type { RunChoices } from '../configuration/run';

export interface LastChoice {
  readonly uri: string;
  readonly choices: RunChoices;
  /** Path of the model whose weights it began with. */
  readonly model?: string | undefined;
}

const key = 'unroll.lastChoices';
const kept = 50;

/** How each file was trained on last, newest first; for "Train Again". */
export class LastChoices {
  constructor(private readonly memory: vscode.Memento) {
    this.tell();
  }

  /** Of this file, or of whatever was trained on last. */
  of(uri: vscode.Uri | undefined): LastChoice | undefined {
    const { all } = this;
    return all.find((choice) => choice.uri === uri?.toString()) ?? all[0];
  }

  async remember(uri: vscode.Uri, choices: RunChoices, model?: string): Promise<void> {
    const others = this.all.filter((choice) => choice.uri !== uri.toString());
    await this.memory.update(key, [{ uri: uri.toString(), choices, model }, ...others].slice(0, kept));
    this.tell();
  }

  /** Newest first. */
  get all(): readonly LastChoice[] {
    return this.memory.get<readonly LastChoice[]>(key, []);
  }

  private tell(): void {
    void vscode.commands.executeCommand('setContext', 'unroll.canTrainAgain', this.all.length > 0);
  }
}
