import { dirname, join } from 'node:path';
import { subfolders } from './folder';
import { readRecord } from './read';

/** The wanted name, with a number if a run beside this folder has it: "lstm on prices.csv (2)". */
export async function freeName(folder: string, wanted: string): Promise<string> {
  const root = dirname(folder);
  const names = (await subfolders(root)).map(async (entry) => {
    const record = await readRecord(join(root, entry.name)).catch(() => undefined);
    return record?.name;
  });
  const taken = new Set(await Promise.all(names));
  let name = wanted;
  for (let number = 2; taken.has(name); number++) name = `${wanted} (${number})`;
  return name;
}
