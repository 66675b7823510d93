import * as vscode from 'vscode';

/** Where Unroll puts a dataset that a person asks for: the workspace, or else the extension's own folder. */
export async function dataFolder(storage: string): Promise<vscode.Uri> {
  const workspace = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file');
  const folder = workspace?.uri ?? vscode.Uri.joinPath(vscode.Uri.file(storage), 'examples');
  await vscode.workspace.fs.createDirectory(folder);
  return folder;
}

/** Writes the file beside what is there: one with the same content is used again, another is never overwritten. */
export async function writeBeside(folder: vscode.Uri, name: string, content: Uint8Array): Promise<vscode.Uri> {
  const [stem, extension] = [name.replace(/\.[^.]*$/, ''), name.match(/\.[^.]*$/)?.[0] ?? ''];
  for (let number = 1; ; number++) {
    const uri = vscode.Uri.joinPath(folder, number === 1 ? name : `${stem}-${number}${extension}`);
    const present = await vscode.workspace.fs.readFile(uri).then(
      (bytes) => bytes,
      () => undefined,
    );
    if (present && Buffer.compare(present, content) === 0) {
      return uri;
    }
    if (!present) {
      await vscode.workspace.fs.writeFile(uri, content);
      return uri;
    }
  }
}
