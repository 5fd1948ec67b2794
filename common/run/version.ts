/**
 * The version of the run folder and of `results.json`. It rises when a reader of the old form could misread the new one;
 * `migrate.ts` then brings the old form to the new one.
 */
export const runVersion = 2;
