import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { manifestSettings } from '../../../src/editor/manifest-settings';

const manifest = JSON.parse(await readFile('package.json', 'utf8'));
const { contributes } = manifest;
const commands: readonly string[] = contributes.commands.map(({ command }: { command: string }) => command);

describe('the manifest', () => {
  it('has the settings that the schema of a run says (node scripts/manifest.mjs writes them)', () => {
    expect(contributes.configuration.properties).toEqual(manifestSettings());
  });

  it('names only commands that it contributes, in menus, keys and welcomes', () => {
    const text = JSON.stringify([contributes.menus, contributes.keybindings]);
    const used = [...text.matchAll(/"command":"([^"]+)"/g)].map((match) => match[1]);
    const links = [
      ...JSON.stringify([contributes.viewsWelcome, contributes.walkthroughs]).matchAll(/command:([\w.]+)/g),
    ];
    for (const command of [...used, ...links.map((match) => match[1])]) {
      expect(commands).toContain(command);
    }
  });

  it('names pictures that exist', async () => {
    const paths = [...JSON.stringify(manifest).matchAll(/"(media\/[^"]+)"/g)].map((match) => match[1] ?? '');
    expect(paths.length).toBeGreaterThan(5);
    for (const path of paths) {
      expect((await readFile(path)).length).toBeGreaterThan(100);
    }
  });
});
