/** From a run folder to results: `readRun` and `analyse` for the pure path, `writeResults` for the file. */
export { analyse } from './analyse.js';
export { type Run, readRun } from './read-run.js';
export { resultsFile, writeResults } from './write-results.js';
