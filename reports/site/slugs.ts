/** Names as folders of a site: whatever a name holds, it stays inside its place and no two share one. */

const maxLength = 60;

/** Small letters, digits and `-`, since some hosts and file systems do not tell cases apart. */
function slugOf(name: string): string {
  const slug = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  return slug.replace(/^-+/, '').slice(0, maxLength).replace(/-+$/, '') || 'x';
}

/** By name; of names with the same slug the later ones have a number. */
export function slugsOf(names: readonly string[]): ReadonlyMap<string, string> {
  const slugs = new Map<string, string>();
  const used = new Set<string>();
  for (const name of new Set(names)) {
    const slug = slugOf(name);
    let own = slug;
    for (let number = 2; used.has(own); number++) own = `${slug}-${number}`;
    used.add(own);
    slugs.set(name, own);
  }
  return slugs;
}
