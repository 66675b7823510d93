import * as vscode from 'vscode';
import { type Generator, type GeneratorName, generatedWhole, generators } from '../../generators';
import { ask, back } from '../flow/quick-input';
import type { Studio } from '../studio';
import { dataFolder, writeBeside } from './own-files';

/** Makes a classic benchmark of memory as a file, in the workspace where there is one, and opens it; gives where it is. */
export async function newBenchmark({ storage }: Studio): Promise<vscode.Uri | undefined> {
  for (;;) {
    const chosen = await vscode.window.showQuickPick(choices(), {
      title: 'New benchmark dataset',
      placeHolder: 'What is to be learned?',
      matchOnDetail: true,
    });
    if (!chosen) {
      return undefined;
    }
    const { name } = chosen;
    const generator: Generator = generators[name];
    const { lengths, usual } = generator;
    let length = usual.length;
    if (lengths) {
      const { min, max } = lengths;
      const answer = await ask(
        { title: `${generator.label}: new dataset`, step: [2, 2], canGoBack: true },
        String(length),
        'How long is an example? Longer ones ask for a longer memory',
        (text) => {
          const value = Number(text);
          const isFit = text.trim() !== '' && Number.isInteger(value) && value >= min && value <= max;
          return isFit ? undefined : `A whole number from ${min} to ${max}`;
        },
      );
      if (answer === back) {
        continue;
      }
      if (answer === undefined) {
        return undefined;
      }
      length = Number(answer);
    }
    const content = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: `Making ${generator.label.toLowerCase()}` },
      () => generatedWhole(name, { length }, 1),
    );
    const fileName = `${lengths ? `${name}-${length}` : name}.${generator.extension}`;
    const uri = await writeBeside(await dataFolder(storage), fileName, content);
    // By whatever shows such files: a text, or a picture that moves.
    await vscode.commands.executeCommand('vscode.open', uri, { preview: false });
    return uri;
  }
}

function choices() {
  return Object.entries<Generator>(generators).map(([name, { label, about }]) => ({
    label,
    detail: about,
    name: name as GeneratorName,
  }));
}
