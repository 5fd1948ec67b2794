/** The options that write the results of a run for others: those of `run` and of `report`. */
import type { Command } from 'commander';

export function withExports(command: Command): Command {
  return command
    .option('--json <file>', 'all results, as results.json has them')
    .option('--markdown <file>', 'for a step summary, a README or a comment')
    .option('--csv <file>', 'every sample in a row of its own')
    .option('--junit <file>', 'JUnit XML: a test for each cell')
    .option('--github-benchmark <file>', 'JSON of github-action-benchmark (customSmallerIsBetter)')
    .option('--template <file.hbs>', 'a page of your own, made into the run folder (docs/results.md)');
}
