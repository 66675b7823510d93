import { expect, test } from 'vitest';
import { builtinCell, builtinTexts } from '../../../src/cells/builtin';
import { readCell } from '../../../src/cells/language/read';
import { cells } from '../../../src/configuration/run';
import { planOf } from '../../../src/engine/plan/plan';

test.each(cells)('%s written again as a file of a person gets the same plan, so the same speed', (name) => {
  const rewritten = builtinTexts[name]
    .replace(/\/\/.*\n/g, '')
    .replace(/cell [\w-]+/, 'cell of-my-own')
    .replace(/^ +/gm, '\t');
  const own = planOf({ ...readCell(rewritten, 'of-my-own.cell'), name, paper: builtinCell(name).paper });
  expect(own).toEqual(planOf(builtinCell(name)));
});
