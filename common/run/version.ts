/**
 * Each version rises when a reader of the old form could misread the new one; `migrate.ts` then brings the old form to the
 * new one.
 */

/** Of the run folder: its manifest and events. */
export const runVersion = 3;

/** Of `results.json`. */
export const resultsVersion = 3;
