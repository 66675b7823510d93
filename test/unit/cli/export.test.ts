import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fileWith, temporaryFolder } from '../data/temporary';
import { sentences } from './datasets';
import { jsonLines, recordOf, unroll } from './program';

const options = '--steps 2 --units 6 --window 8'.split(' ');

test('unroll export writes a model beside one’s work, named after the dataset, which unroll train --model begins with', async () => {
  const cwd = await temporaryFolder();
  const [file, run] = [join(cwd, 'cats and dogs.txt'), join(cwd, 'run')];
  await writeFile(file, sentences);
  expect(await unroll(['train', file, ...options, '--out', run])).toMatchObject({ code: 0 });
  const model = join(cwd, 'cats-and-dogs-tfjs', 'model.json');
  expect(await unroll(['export', run], { cwd })).toMatchObject({ code: 0, stdout: `${model}\n`, stderr: '' });
  const sizes = ['model.json', 'weights.bin'].map(async (name) => (await stat(join(model, '..', name))).size);
  const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  // Once more: what Unroll wrote, it may replace.
  expect(jsonLines(await unroll(['export', run, '--json'], { cwd }))).toEqual([
    { type: 'exported', path: model, bytes },
  ]);

  const args = ['train', file, '--steps', '1', '--model', 'cats-and-dogs-tfjs/model.json', '--out', 'again'];
  expect(await unroll(args, { cwd })).toMatchObject({ code: 0 });
  const record = await recordOf(join(cwd, 'again'));
  expect(record).toMatchObject({ configuration: { model: { units: 6 } }, startedFrom: { path: model } });
});

test('a model that is not there ends with 2 and one line, and without a run', async () => {
  const [file, cwd] = [await fileWith(sentences, 'words.txt'), await temporaryFolder()];
  const { code, stdout, stderr } = await unroll(['train', file, '--model', 'nowhere.json', '--out', 'run'], { cwd });
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(
    /^The model cannot be read\. There is no such file \(.*nowhere\.json\)\. Name a model\.json[^\n]+\n$/,
  );
  expect(await readdir(cwd)).toEqual([]);
});
