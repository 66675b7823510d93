import * as vscode from 'vscode';
import { visible } from '../base/visible';
import type { ClassifySample, ForecastSample, Sample } from '../protocol/run';

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
    const extension = sample.task === 'language' ? 'txt' : 'csv';
    const name = `${visible(runName).replaceAll('/', '-')} step ${sample.step}, sample ${++this.count}.${extension}`;
    await this.open(name, sampleText(sample));
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

/** The text with its prompt, or the forecast or the classified examples as a table. */
export function sampleText(sample: Sample): string {
  if (sample.task === 'language') return visible(sample.prompt + sample.text, '\n\t');
  return sample.task === 'forecast' ? forecastTable(sample) : classifiedTable(sample);
}

function forecastTable({ target, times, history, forecast, truth }: ForecastSample): string {
  const rows = forecast.map((value, index) => {
    const time = times?.[history.length + index] ?? `+${index + 1}`;
    return [cell(time), value, truth[index] ?? ''].join(',');
  });
  return [`time,${cell(`forecast of ${target}`)},truth`, ...rows, ''].join('\n');
}

function classifiedTable({ target, classes = [], items }: ClassifySample): string {
  const header = ['input', target, 'prediction', ...classes.map((name) => `probability of ${name}`)];
  const rows = items.map(({ tokens, truth = '', prediction, probabilities }) =>
    [cell(tokens.join(' ')), cell(truth), cell(prediction), ...probabilities.map((p) => p.toFixed(4))].join(','),
  );
  return [header.map(cell).join(','), ...rows, ''].join('\n');
}

function cell(text: string): string {
  const shown = visible(text);
  return /[",]/.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown;
}
