/** A dataset that is shipped with the extension. */
export interface Example {
  readonly file: string;
  readonly size: string;
  readonly holds: string;
  readonly goodFor: string;
}

/** The examples that the table in their README tells of, in its order. */
export function examplesOf(readme: string): readonly Example[] {
  const rows = readme.matchAll(/^\| `([^`]+)` \(([^)]+)\) \| ([^|]+) \| ([^|]+) \|/gm);
  return [...rows].map(([, file = '', size = '', holds = '', goodFor = '']) => ({
    file,
    size,
    holds: unmarked(holds),
    goodFor: unmarked(goodFor),
  }));
}

function unmarked(markdown: string): string {
  return markdown.trim().replaceAll(/[*`]/g, '');
}
