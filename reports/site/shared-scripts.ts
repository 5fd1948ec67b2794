/** The library that draws is most of a report: a site has it once. The run's own folder keeps the report in one file. */
import { createHash } from 'node:crypto';

/** Characters from which a script is worth a file. */
const longFrom = 50_000;

export interface Shared {
  readonly html: string;
  /** Scripts by their path below the site. */
  readonly scripts: ReadonlyMap<string, string>;
}

/** @param root from the page to the site, empty or with a slash at its end */
export function withSharedScripts(html: string, root: string): Shared {
  const scripts = new Map<string, string>();
  const shorter = html.replaceAll(/<script>([\s\S]*?)<\/script>/g, (element, text: string) => {
    if (text.length < longFrom) return element;
    const path = `scripts/${createHash('sha256').update(text).digest('hex').slice(0, 12)}.js`;
    scripts.set(path, text);
    return `<script src="${root}${path}"></script>`;
  });
  if (scripts.size === 0) return { html, scripts };
  // From disk, too, where a page has no origin of its own.
  const allowed = shorter.replace("script-src 'unsafe-inline';", "script-src 'unsafe-inline' 'self' file:;");
  return { html: allowed, scripts };
}
