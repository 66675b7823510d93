/** Pictures of 16 by 16, drawn in the text's colour. */
const shapes = {
  chevron: 'M6 3.5 10.5 8 6 12.5 5.3 11.8 9.1 8 5.3 4.2z',
  play: 'M4.5 2.8v10.4L13 8z',
  pause: 'M4 3h2.6v10H4zM9.4 3H12v10H9.4z',
  stop: 'M3.5 3.5h9v9h-9z',
  continue: 'M3 3h2v10H3zM6.5 2.8v10.4L14 8z',
  check: 'M6.3 12.4 2.4 8.5l1-1 2.9 2.9L12.6 4l1 1z',
  cross: 'm8 7.1 3.6-3.6.9.9L8.9 8l3.6 3.6-.9.9L8 8.9l-3.6 3.6-.9-.9L7.1 8 3.5 4.4l.9-.9z',
  warning: 'M8 1.6 15 14H1zM8 3.9 2.9 12.9h10.2zM7.4 6.4h1.2v3.4H7.4zm0 4.3h1.2v1.2H7.4z',
} as const;

export type IconName = keyof typeof shapes;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
      <path d={shapes[name]} fill="currentColor" fill-rule="evenodd" />
    </svg>
  );
}
