/** A name that differs in one letter, in its case, or by a prime. */
export function nearest(wanted: string, names: readonly string[]): string | undefined {
  const plain = (text: string) => text.toLowerCase().replace(/'$/, '');
  return (
    names.find((name) => plain(name) === plain(wanted)) ??
    names.find((name) => wanted.length > 2 && Math.abs(name.length - wanted.length) < 2 && differsByOne(name, wanted))
  );
}

function differsByOne(one: string, other: string): boolean {
  const [short, long] = one.length <= other.length ? [one, other] : [other, one];
  let at = 0;
  while (at < short.length && short[at] === long[at]) at++;
  const rest = short.length === long.length ? short.slice(at + 1) : short.slice(at);
  return rest === long.slice(at + 1);
}
