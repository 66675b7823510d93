import * as vscode from 'vscode';
import { sentence, UserError } from '../../base/user-error';
import { visible } from '../../base/visible';
import type { Reading, RunChoices } from '../../configuration/run';
import type { DatasetReport } from '../../protocol/dataset';
import { newRunFolder } from '../../runs';
import { cellsOfWorkspace, openCells } from '../cell-files/find';
import { chooseCellFile, newCell } from '../cell-files/new-cell';
import { choiceOf, chosenCell } from '../cell-files/source';
import { tellEnding } from '../endings';
import type { CellFiles } from '../flow/choose-cell';
import { choicesOf } from '../flow/draft';
import { busy } from '../flow/quick-input';
import { type Beforehand, type Inspected, trainFlow } from '../flow/train-flow';
import { plain, showFailure, showMessage } from '../messages';
import { readable } from '../readable';
import { preferencesOf } from '../settings';
import { type Material, materialOf, targetOf } from '../sources';
import type { Studio } from '../studio';
import type { Training } from '../training';

const cellFiles: CellFiles = {
  open: openCells,
  find: cellsOfWorkspace,
  choose: async () => {
    const uri = await chooseCellFile();
    return uri && choiceOf(uri);
  },
  create: newCell,
};

/** Asks how to train on the file and starts. */
export async function train(studio: Studio, argument: unknown): Promise<void> {
  const uri = targetOf(argument);
  if (!uri) {
    await showMessage('info', 'Open the file that the network shall learn from, then train on it.', [
      { label: 'Open File…', run: () => vscode.commands.executeCommand('workbench.action.files.openFile') },
      { label: 'Open Example…', run: () => vscode.commands.executeCommand('unroll.openExample') },
    ]);
    return;
  }
  await trainOn(studio, uri);
}

/** Recordings and pictures are had as a folder: the one that the command was called on, or one that is asked for. */
export async function trainOnFolder(studio: Studio, argument: unknown): Promise<void> {
  const [chosen] =
    argument instanceof vscode.Uri
      ? [argument]
      : ((await vscode.window.showOpenDialog({
          title: 'Train on a Folder of Recordings or Pictures',
          openLabel: 'Train',
          canSelectFiles: false,
          canSelectFolders: true,
        })) ?? []);
  if (chosen) {
    await trainOn(studio, chosen);
  }
}

/** @param cell chosen beforehand */
export async function trainOn(studio: Studio, uri: vscode.Uri, cell?: string): Promise<void> {
  await trainWith(studio, await materialOf(uri, studio.storage), cell === undefined ? {} : { model: { cell } }, {});
}

/** Trains on the file that is open, beginning with the weights of a model in TF.js' layers format that is asked for. */
export async function trainFromModel(studio: Studio, argument: unknown): Promise<void> {
  const uri = targetOf(argument);
  if (!uri) {
    throw new UserError({
      what: 'No file is open that the model could learn from',
      wayOut: 'Open one, and choose the model then.',
    });
  }
  const [model] =
    (await vscode.window.showOpenDialog({
      title: 'Train from Model: a model.json of TF.js, Keras or Unroll',
      openLabel: 'Train',
      filters: { 'Model in the layers format': ['json'] },
    })) ?? [];
  if (model) {
    await trainWith(studio, await materialOf(uri, studio.storage), { startModel: model.fsPath }, {});
  }
}

async function trainWith(
  studio: Studio,
  material: Material,
  beforehand: Beforehand,
  reading: Partial<Reading>,
): Promise<void> {
  let first: Inspected | undefined;
  try {
    first = await inspect(studio, material, reading);
  } catch (error) {
    await showFailure(studio.log, {
      error,
      file: material.uri,
      retry: (other) => trainWith(studio, material, beforehand, { ...reading, ...(other.reading as Partial<Reading>) }),
    });
    return;
  }
  const draft =
    first &&
    (await trainFlow(
      material.source,
      first,
      preferencesOf(studio.fields, material.uri),
      {
        fields: studio.fields,
        cellFiles,
        native: studio.native,
        inspect: (_source, other) => inspectAgain(studio, material, other),
      },
      beforehand,
    ));
  if (draft) {
    await startTraining(studio, material, choicesOf(draft), draft.startModel);
  }
}

/** Trains as the last time, on this file or on the last one, without a question. */
export async function trainAgain(studio: Studio, argument: unknown): Promise<void> {
  const choice = studio.choices.of(targetOf(argument));
  if (!choice) {
    throw new UserError({
      what: 'Nothing was trained in this workspace before',
      wayOut: 'Run "Unroll: Train on This File" first.',
    });
  }
  const material = await materialOf(vscode.Uri.parse(choice.uri), studio.storage);
  await startTraining(studio, material, choice.choices, choice.model);
}

/** Trains with what is proposed for the file. */
export async function trainAsProposed(studio: Studio, uri: vscode.Uri): Promise<void> {
  const material = await materialOf(uri, studio.storage);
  const report = await studio.helper.call('inspect', { source: material.source, reading: {} });
  const preferences = preferencesOf(studio.fields, uri);
  const draft = { source: material.source, report, reading: {}, preferences, model: {}, training: {}, engine: {} };
  await startTraining(studio, material, choicesOf(draft));
}

/** @param model path of a model whose weights it begins with */
async function startTraining(
  studio: Studio,
  material: Material,
  choices: RunChoices,
  model?: string,
): Promise<Training> {
  const folder = await newRunFolder(material.root, material.uri.path);
  const cell = choices.model?.cell === undefined ? undefined : await chosenCell(choices.model.cell, material.root);
  await studio.choices.remember(material.uri, choices, model);
  const training = studio.trainings.begin({
    kind: 'train',
    source: material.source,
    choices: cell ? { ...choices, model: { ...choices.model, cell: cell.choice } } : choices,
    cell: cell?.text,
    model,
    folder,
  });
  showWhenReady(studio, training);
  void training.ended.then((ending) =>
    tellEnding(studio, training, ending, {
      file: material.uri,
      cell: cell?.uri,
      retry: (other) =>
        startTraining(
          studio,
          material,
          {
            ...choices,
            reading: { ...choices.reading, ...other.reading },
            training: { ...choices.training, ...other.training },
            engine: { ...choices.engine, ...other.engine },
          },
          model,
        ),
    }),
  );
  return training;
}

/** Opens the panel once there is a run to show. */
export function showWhenReady({ current, hosts }: Studio, training: Training): void {
  const first = training.told.on(({ name }) => {
    if (name === 'run') {
      first.dispose();
      current.set(training.folder);
      hosts.revealBeside(training.folder);
    }
  });
}

async function inspect(
  { helper }: Studio,
  { source, uri }: Material,
  reading: Partial<Reading>,
): Promise<Inspected | undefined> {
  const name = visible(uri.path.split('/').at(-1) ?? '');
  const frame = { title: `Train on ${name}`, placeholder: `Reading ${name}…`, canGoBack: false };
  const report = await busy<DatasetReport | undefined>(frame, (cancelled) =>
    Promise.race([helper.call('inspect', { source, reading }), cancelled.then(() => undefined)]),
  );
  return report && { report, reading };
}

/** In the middle of the questions: a failure is told in a dialog, and the questions go on with what was before. */
async function inspectAgain(
  studio: Studio,
  material: Material,
  reading: Partial<Reading>,
): Promise<Inspected | undefined> {
  try {
    return await inspect(studio, material, reading);
  } catch (error) {
    const data = readable(error);
    studio.log.warn(sentence(data));
    const { actions = [] } = data;
    const labels = actions.map(({ label }) => label);
    const chosen = await vscode.window.showErrorMessage(plain(sentence(data)), { modal: true }, ...labels);
    const remedy = actions.find(({ label }) => label === chosen);
    return remedy && inspectAgain(studio, material, { ...reading, ...(remedy.choices.reading as Partial<Reading>) });
  }
}
