#!/usr/bin/env node
/** `npx touchstone`: the starter with the command line's own arguments; `conformance` is the one script among them. */
const [first, ...rest] = process.argv.slice(2);
const parameters =
  first === 'conformance' ? ['script', 'scripts/conformance', ...rest] : ['bench', ...process.argv.slice(2)];
process.argv.splice(2, Number.POSITIVE_INFINITY, ...parameters);
await import('./start.mjs');
