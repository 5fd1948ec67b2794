/** JUnit XML, which every CI service displays: what all of its writers have in common. */
import junit, { type Builder } from 'junit-report-builder';

// The package's types say that the builder is the module's `default`; in Node it is the module itself.
const builder = junit as unknown as Builder;

/** An empty document; the package's own builder is shared by the whole process. */
export function newJunit(name: string): Builder {
  return builder.newBuilder().name(name);
}

/**
 * Only characters of XML 1.0, no marks that turn the direction of what follows, and nothing that ends a CDATA section. The
 * package does both, but only for the first `]]>` of a text, and after escaping, where removing a character can undo an escape.
 */
export function legal(text: string): string {
  return text
    .replace(/(?![\t\n])[\p{Cc}\p{Bidi_Control}\u2028\u2029\ufffe\uffff]/gu, '')
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .replaceAll(']]>', ']] >');
}
