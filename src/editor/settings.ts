import * as vscode from 'vscode';
import type { EngineConfiguration } from '../configuration/run';
import type { Preferences } from './flow/draft';
import type { Field } from './flow/fields';

/** Values that the person set in the settings, at any level; defaults are not among them. */
export function preferencesOf(fields: readonly Field[], scope: vscode.Uri | undefined): Preferences {
  const configuration = vscode.workspace.getConfiguration('unroll', scope);
  const chosen = (section: Field['section']) =>
    Object.fromEntries(
      fields
        .filter((field) => field.section === section)
        .flatMap(({ key }) => {
          const found = configuration.inspect(`${section}.${key}`);
          const value = found?.workspaceFolderValue ?? found?.workspaceValue ?? found?.globalValue;
          return value === undefined ? [] : [[key, value]];
        }),
    );
  return { model: chosen('model'), training: chosen('training'), engine: chosen('engine') };
}

export async function useForNewRuns(backend: EngineConfiguration['backend']): Promise<void> {
  await vscode.workspace
    .getConfiguration('unroll')
    .update('engine.backend', backend, vscode.ConfigurationTarget.Global);
}

/** Takes such a choice back. */
export async function leaveForNewRuns(backend: EngineConfiguration['backend']): Promise<void> {
  const configuration = vscode.workspace.getConfiguration('unroll');
  if (configuration.inspect('engine.backend')?.globalValue === backend) {
    await configuration.update('engine.backend', undefined, vscode.ConfigurationTarget.Global);
  }
}

export function resumeInterrupted(): 'ask' | 'always' | 'never' {
  return vscode.workspace.getConfiguration('unroll').get('resumeInterrupted', 'ask');
}

export async function neverResumeInterrupted(): Promise<void> {
  await vscode.workspace
    .getConfiguration('unroll')
    .update('resumeInterrupted', 'never', vscode.ConfigurationTarget.Global);
}
