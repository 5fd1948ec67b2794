/** @returns what is lacking, as the end of a sentence; undefined where there is enough. Bytes. */
export function lackingMemory(needed: number, available: number): string | undefined {
  if (needed <= available) return undefined;
  return `needs ${gibibytes(needed)} of memory at the least, and ${gibibytes(available)} are available`;
}

function gibibytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}
