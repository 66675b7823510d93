import * as vscode from 'vscode';
import type { Draft } from './draft';
import { type CellFile, type Choice, cellChoices, fileChoices } from './proposal-items';
import { back, type Frame, pick } from './quick-input';

/** The person's own cells, as the list needs them. */
export interface CellFiles {
  /** Open in editors, the active one first. */
  open(): readonly CellFile[];
  /** Of the workspace. */
  find(cancelled: vscode.CancellationToken): Promise<readonly CellFile[]>;
  /** Asks for a file; undefined when the person left. */
  choose(): Promise<string | undefined>;
  /** Opens a new cell to write. */
  create(): Promise<void>;
}

type Action = 'choose' | 'create';
type Item = Choice<string | Action | undefined> & { readonly kind?: vscode.QuickPickItemKind };

const actions: readonly Item[] = [
  { label: '$(folder-opened) Choose a file…', description: 'a cell of your own', value: 'choose' },
  { label: '$(new-file) New cell…', description: 'write one; train with it from its editor', value: 'create' },
];

/** Asks for the cell: editors' and Unroll's own at once, those of the workspace when they are found. */
export async function chooseCell(
  draft: Draft,
  frame: Frame,
  { cellFiles }: { readonly cellFiles: CellFiles },
): Promise<readonly ['next' | 'back' | 'leave', Draft]> {
  const open = cellFiles.open();
  const known = cellChoices(draft, open);
  const items = (found: readonly CellFile[]): readonly Item[] => {
    const others = fileChoices(found.filter(({ choice }) => !known.some(({ value }) => value === choice)));
    return [
      ...known,
      ...(others.length > 0 ? [separator('In the workspace'), ...others] : []),
      separator('Your own'),
      ...actions,
    ];
  };
  const search = new vscode.CancellationTokenSource();
  try {
    const more = cellFiles.find(search.token).then(items, () => items([]));
    const chosen = await pick({ ...frame, placeholder: 'Which recurrent cell?' }, items([]), known[0], more);
    if (chosen === undefined || chosen === back || chosen.value === undefined) {
      return [chosen === back ? 'back' : 'leave', draft];
    }
    if (chosen.value === 'create') {
      await cellFiles.create();
      return ['leave', draft];
    }
    const cell = chosen.value === 'choose' ? await cellFiles.choose() : chosen.value;
    return cell === undefined ? ['leave', draft] : ['next', { ...draft, model: { ...draft.model, cell } }];
  } finally {
    search.cancel();
    search.dispose();
  }
}

const separator = (label: string): Item => ({
  label,
  kind: vscode.QuickPickItemKind.Separator,
  value: undefined,
});
