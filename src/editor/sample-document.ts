import * as vscode from 'vscode';
import { visible } from '../base/visible';
import type { Sample } from '../protocol/run';
import { samplesOf } from '../samples';

const scheme = 'unroll-sample';

/** Shows samples and reports as read-only documents: to select, search and save, without a question on closing. */
export class SampleDocuments implements vscode.TextDocumentContentProvider {
  private readonly texts = new Map<string, string>();
  private count = 0;

  register(): vscode.Disposable {
    return vscode.Disposable.from(
      vscode.workspace.registerTextDocumentContentProvider(scheme, this),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        if (uri.scheme === scheme) {
          this.texts.delete(uri.toString());
        }
      }),
    );
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.toString()) ?? '';
  }

  async show(runName: string, sample: Sample): Promise<void> {
    const { extension, content } = samplesOf(sample.task).document(sample);
    const name = `${visible(runName).replaceAll('/', '-')} step ${sample.step}, sample ${++this.count}.${extension}`;
    await this.open(name, content);
  }

  /** @param subject what the report is about */
  async showReport(subject: string, text: string): Promise<void> {
    await this.open(`${visible(subject).replaceAll('/', '-')}, check ${++this.count}.txt`, text);
  }

  private async open(name: string, text: string): Promise<void> {
    const uri = vscode.Uri.from({ scheme, path: `/${name}` });
    this.texts.set(uri.toString(), text);
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, { preview: true });
  }
}
