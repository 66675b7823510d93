const elf: Readonly<Record<number, string>> = { 62: 'x64', 183: 'arm64' };
const machO: Readonly<Record<number, string>> = { 16777223: 'x64', 16777228: 'arm64' };
const portable: Readonly<Record<number, string>> = { 34404: 'x64', 43620: 'arm64' };

/** The processors, in Node's words, for which a native library is made (ELF, Mach-O, PE); undefined for any other file. */
export function machineOf(head: Buffer): string | undefined {
  if (head.length < 64) return undefined;
  if (head.readUInt32BE(0) === 0x7f454c46) return elf[head.readUInt16LE(18)];
  if (head.readUInt32LE(0) === 0xfeedfacf) return machO[head.readUInt32LE(4)];
  if (head.toString('latin1', 0, 2) !== 'MZ') return undefined;
  const at = head.readUInt32LE(60);
  if (at + 6 > head.length || head.toString('latin1', at, at + 4) !== 'PE\0\0') return undefined;
  return portable[head.readUInt16LE(at + 4)];
}
