import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { visible } from '../../base/visible';
import { slugOf } from '../../runs';
import { plain, showMessage } from '../messages';
import type { Studio } from '../studio';
import { revealFolder } from './runs';

/** Writes a run's best weights as a model for TF.js, into a folder that the person names. */
export async function exportModel({ list, helper }: Studio, folder: string): Promise<void> {
  const { record } = list.of(folder) ?? {};
  const name = `${slugOf(record?.dataset.name ?? 'model')}-tfjs`;
  const [place] = vscode.workspace.workspaceFolders ?? [];
  const around = place?.uri.scheme === 'file' ? place.uri.fsPath : dirname(folder);
  const chosen = await vscode.window.showSaveDialog({
    title: `Export ${visible(record?.name ?? folder)}: a folder with model.json and weights.bin`,
    saveLabel: 'Export',
    defaultUri: vscode.Uri.file(join(around, name)),
  });
  if (!chosen) {
    return;
  }
  const { path, bytes } = await helper.call('exportModel', { folder, out: chosen.fsPath });
  const text = `The model is in ${chosen.fsPath}, ${(bytes / 1000).toFixed(0)} kB: tf.loadLayersModel reads it.`;
  void showMessage('info', plain(text), [
    { label: 'Open model.json', run: () => vscode.window.showTextDocument(vscode.Uri.file(path)) },
    { label: 'Reveal Folder', run: () => revealFolder(vscode.Uri.file(path)) },
  ]);
}
