/** Names from outside as parts of links and of files' names. */

/** Without what separates parts, or would have to be escaped. */
export function partOf(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9._~@-]+/g, '-').replace(/^-+|-+$/g, '') || 'x';
}

/** Where two would be the same, the later ones get a number. */
export function distinct(parts: readonly string[]): string[] {
  const used = new Set<string>();
  return parts.map((part) => {
    let name = part;
    for (let count = 2; used.has(name); count++) name = `${part}-${count}`;
    used.add(name);
    return name;
  });
}
