/** What a copy of the project needs to be compiled: files and folders with TypeScript in them. */
export const sources = [
  'bench.ts',
  'adapters',
  'common',
  'model',
  'suites',
  'runners',
  'reports',
  'cli',
  'scripts',
  'tests',
];
