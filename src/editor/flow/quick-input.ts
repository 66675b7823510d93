import * as vscode from 'vscode';

/** The person pressed the back button. */
export const back = Symbol('back');

export interface Frame {
  readonly title: string;
  readonly placeholder?: string;
  /** Position among the steps; absent for a question beside them. */
  readonly step?: readonly [now: number, all: number];
  readonly canGoBack: boolean;
}

/**
 * Shows a list; `undefined` when the person left it.
 *
 * @param later the list as it is once more was found; what is active stays so
 */
export function pick<T extends vscode.QuickPickItem>(
  frame: Frame,
  items: readonly T[],
  active?: T,
  later?: Promise<readonly T[]>,
): Promise<T | typeof back | undefined> {
  const input = vscode.window.createQuickPick<T>();
  dress(input, frame);
  input.placeholder = frame.placeholder;
  input.matchOnDescription = true;
  input.matchOnDetail = true;
  input.items = items;
  const first = active ?? items.find(({ kind }) => kind !== vscode.QuickPickItemKind.Separator);
  input.activeItems = first ? [first] : [];
  if (later) {
    renewItems(input, later);
  }
  return answer(
    input,
    () => input.activeItems[0],
    (item) => item !== undefined,
  );
}

function renewItems<T extends vscode.QuickPickItem>(input: vscode.QuickPick<T>, later: Promise<readonly T[]>): void {
  let gone = false;
  input.busy = true;
  input.onDidHide(() => {
    gone = true;
  });
  void later.then((items) => {
    if (gone) {
      return;
    }
    const { activeItems } = input;
    input.busy = false;
    if (items.length > input.items.length) {
      input.keepScrollPosition = true;
      input.items = items;
      input.activeItems = activeItems;
    }
  });
}

/** Shows a list to tick; at least one entry is needed. */
export function pickSeveral<T extends vscode.QuickPickItem>(
  frame: Frame,
  items: readonly T[],
): Promise<readonly T[] | typeof back | undefined> {
  const input = vscode.window.createQuickPick<T>();
  dress(input, frame);
  input.placeholder = frame.placeholder;
  input.canSelectMany = true;
  input.items = items;
  input.selectedItems = items.filter(({ picked }) => picked);
  return answer(
    input,
    () => input.selectedItems,
    (chosen) => chosen.length > 0,
  );
}

/** Asks for a text; `problem` says what is wrong with it. */
export function ask(
  frame: Frame,
  value: string,
  prompt: string,
  problem: (text: string) => string | undefined,
): Promise<string | typeof back | undefined> {
  const input = vscode.window.createInputBox();
  dress(input, frame);
  input.placeholder = frame.placeholder;
  input.prompt = prompt;
  input.value = value;
  input.valueSelection = [0, value.length];
  input.onDidChangeValue((text) => {
    input.validationMessage = problem(text);
  });
  return answer(
    input,
    () => input.value,
    (text) => {
      input.validationMessage = problem(text);
      return input.validationMessage === undefined;
    },
  );
}

/** Shows that something is being looked up, where the answer will be a list. */
export async function busy<R>(frame: Frame, work: (cancelled: Promise<void>) => Promise<R>): Promise<R> {
  const input = vscode.window.createQuickPick();
  dress(input, frame);
  input.placeholder = frame.placeholder;
  input.busy = true;
  const cancelled = new Promise<void>((resolve) => input.onDidHide(() => resolve()));
  input.show();
  try {
    return await work(cancelled);
  } finally {
    input.dispose();
  }
}

function dress(input: vscode.QuickPick<vscode.QuickPickItem> | vscode.InputBox, frame: Frame): void {
  input.title = frame.title;
  input.step = frame.step?.[0];
  input.totalSteps = frame.step?.[1];
  input.buttons = frame.canGoBack ? [vscode.QuickInputButtons.Back] : [];
  input.ignoreFocusOut = true;
}

function answer<V>(
  input: Pick<
    vscode.QuickPick<vscode.QuickPickItem>,
    'onDidAccept' | 'onDidHide' | 'onDidTriggerButton' | 'show' | 'dispose'
  >,
  read: () => V,
  accept: (value: V) => boolean,
): Promise<V | typeof back | undefined> {
  return new Promise((resolve) => {
    input.onDidAccept(() => {
      const value = read();
      if (accept(value)) {
        resolve(value);
        input.dispose();
      }
    });
    input.onDidTriggerButton(() => {
      resolve(back);
      input.dispose();
    });
    input.onDidHide(() => {
      resolve(undefined);
      input.dispose();
    });
    input.show();
  });
}
