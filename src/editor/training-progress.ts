import * as vscode from 'vscode';
import { plain } from './messages';
import { progressText } from './progress-text';
import { throttle } from './throttle';
import type { Training, Trainings } from './training';

const refreshMilliseconds = 250;
/** A notification's links and buttons are made anew with its text: a hand must have time to press and release them. */
export const noticeMilliseconds = 1_000;

/** Shows every training in a notification and in the status bar, and tells menus whether there is any. */
export function showTrainings(trainings: Trainings): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('unroll.training', vscode.StatusBarAlignment.Left, 50);
  item.name = 'Unroll Training';
  item.command = 'unroll.control';
  const update = throttle(() => updateItem(item, trainings.all), refreshMilliseconds);
  updateContext([]);
  const subscriptions = [
    trainings.began.on((training) => {
      notify(training);
      updateContext(trainings.all);
      update();
    }),
    trainings.changed.on(() => {
      updateContext(trainings.all);
      update();
    }),
    trainings.ended.on(() => {
      updateContext(trainings.all);
      update();
    }),
    item,
  ];
  return vscode.Disposable.from({ dispose: update.cancel }, ...subscriptions);
}

/** "paused at 120/600", or the progress. */
export function standingText(training: Training): string {
  const { state, progress } = training;
  if (state === 'paused' || state === 'stopping') {
    return progress ? `${state} at ${progress.step}/${progress.steps}` : state;
  }
  return state === 'starting' || !progress ? 'starting' : progressText(progress);
}

const icons: Readonly<Record<Training['state'], string>> = {
  starting: '$(loading~spin)',
  running: '$(pulse)',
  paused: '$(debug-pause)',
  stopping: '$(loading~spin)',
  ended: '',
};

function updateItem(item: vscode.StatusBarItem, trainings: readonly Training[]): void {
  const newest = trainings.at(-1);
  if (!newest) {
    item.hide();
    return;
  }
  const more = trainings.length > 1 ? ` (+${trainings.length - 1})` : '';
  item.text = `${icons[newest.state]} ${standingText(newest)}${more}`;
  const tooltip = new vscode.MarkdownString();
  for (const training of trainings) {
    tooltip.appendText(`${training.title}: ${standingText(training)}`).appendMarkdown('\n\n');
  }
  item.tooltip = tooltip.appendMarkdown('Click to pause, resume or stop.');
  item.accessibilityInformation = {
    label: `Unroll trains: ${newest.title}, ${standingText(newest)}. Activate to pause, resume or stop.`,
    role: 'button',
  };
  item.show();
}

function notify(training: Training): void {
  const options = { location: vscode.ProgressLocation.Notification, cancellable: true };
  void vscode.window.withProgress({ ...options, title: plain(training.title) }, async (report, token) => {
    token.onCancellationRequested(() => void training.stop());
    let shown = { message: '', percent: 0 };
    const show = throttle(() => {
      const { progress } = training;
      const percent = progress ? (100 * progress.step) / progress.steps : 0;
      const message = `${standingText(training)}${control(training)}`;
      if (message !== shown.message) {
        report.report({ message, increment: percent - shown.percent });
        shown = { message, percent };
      }
    }, noticeMilliseconds);
    show();
    const changed = training.changed.on(show);
    await training.ended;
    changed.dispose();
    show.cancel();
  });
}

/** A link in the notification; the button there stops. */
function control({ state, folder }: Training): string {
  const link = (label: string, command: string) =>
    ` · [${label}](command:${command}?${encodeURIComponent(JSON.stringify([folder]))})`;
  return state === 'running'
    ? link('Pause', 'unroll.pause')
    : state === 'paused'
      ? link('Resume', 'unroll.unpause')
      : '';
}

function updateContext(trainings: readonly Training[]): void {
  const set = (key: string, value: boolean) => vscode.commands.executeCommand('setContext', `unroll.${key}`, value);
  const some = (state: Training['state']) => trainings.some((training) => training.state === state);
  for (const [key, value] of [
    ['hasTraining', trainings.length > 0],
    ['hasRunning', some('running')],
    ['hasPaused', some('paused')],
  ] as const) {
    if (contexts.get(key) !== value) {
      contexts.set(key, value);
      void set(key, value);
    }
  }
}

const contexts = new Map<string, boolean>();
