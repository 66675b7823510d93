import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { panelOf } from './panel';
import { runsIn } from './run-folder';
import { useWorkbench } from './use-workbench';

const workbench = useWorkbench({ settings: { 'unroll.training.steps': 8, 'unroll.model.units': 4 } });
/** Texts that were trained on without being a file. */
async function editorTexts(root: string): Promise<readonly string[]> {
  const texts = (await runsIn(root)).map(({ folder }) =>
    readFile(join(folder, 'dataset.txt'), 'utf8').catch(() => undefined),
  );
  return (await Promise.all(texts)).filter((text) => text !== undefined);
}

const rhyme = 'the cat sat on the mat. the dog sat on the log.\n'.repeat(60);

test('the button in the title of an editor asks how to train on its file', async () => {
  const vscode = workbench();
  await vscode.openFile('examples/meetings.txt');
  await vscode.editorAction('Train on This File').click();
  await vscode.quickPick('Train on meetings.txt (1/4)');
  await vscode.page.keyboard.press('Escape');
});

test('the context menu of the explorer asks how to train on the file there, which need not be open', async () => {
  const vscode = workbench();
  await vscode.contextMenu(vscode.explorerRow('sunspots.csv'), 'Train on This File');
  await vscode.acceptAll('sunspots.csv');
  await panelOf(vscode, { name: 'lstm on sunspots.csv', state: 'finished' });
});

test('Train Again makes a second run of the last choice without a question', async () => {
  const vscode = workbench();
  await vscode.command('Unroll: Train Again');
  const finished = async () =>
    (await runsIn(vscode.folder)).map(({ record }) => record).filter(({ state }) => state === 'finished');
  await expect.poll(finished, { timeout: 30_000 }).toHaveLength(2);
  const [one, other] = await finished();
  expect(other?.configuration).toEqual(one?.configuration);
  expect(other?.dataset).toEqual(one?.dataset);
  expect(other?.result).toEqual(one?.result);
});

test('an untitled text is trained on as it stands in the editor', async () => {
  const vscode = workbench();
  await vscode.writeUntitled(`untitled ${rhyme}`);
  await vscode.command('Unroll: Train on This File');
  await vscode.acceptAll('Untitled-1');
  await panelOf(vscode, { name: 'lstm on Untitled-1', state: 'finished' });
  expect(await editorTexts(vscode.folder)).toContainEqual(expect.stringMatching(/^untitled the cat/));
});

test('a file with unsaved changes is trained on as it stands in the editor, and stays unsaved', async () => {
  const vscode = workbench();
  const path = join(vscode.folder, 'rhyme.txt');
  await writeFile(path, rhyme);
  await vscode.openFile('rhyme.txt');
  await vscode.write('unsaved ');
  await vscode.command('Unroll: Train on This File');
  await vscode.acceptAll('rhyme.txt');
  await panelOf(vscode, { name: 'lstm on rhyme.txt', state: 'finished' });
  expect(await editorTexts(vscode.folder)).toContainEqual(expect.stringMatching(/^unsaved the cat/));
  expect(await readFile(path, 'utf8')).toBe(rhyme);
});
