/** Bytes as text (base64), for lines of JSON. */
export function textOf(bytes: Uint8Array): string {
  let binary = '';
  // Not all at once: the arguments of a call are bounded.
  for (let from = 0; from < bytes.length; from += 8192)
    binary += String.fromCharCode(...bytes.subarray(from, from + 8192));
  return btoa(binary);
}

/** The way back. */
export function bytesOf(text: string): Uint8Array {
  const binary = atob(text);
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
