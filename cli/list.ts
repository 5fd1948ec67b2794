/** `list`: suites, workloads with their sources, targets with what each can do. */
import { discoverFrameworks } from '../adapters/discover.js';
import { required } from '../common/at.js';
import { jsonText } from '../common/text.js';
import { batchesOf, modes, selectionsOf } from '../model/workload.js';
import { grid } from '../reports/terminal/grid.js';
import { terminalColumns } from '../reports/terminal/width.js';
import { discoverSuites, discoverWorkloads } from '../suites/discover.js';
import { describeTraining } from '../suites/optimisers.js';

export async function listCommand(options: { json?: true }): Promise<number> {
  const listing = await collect();
  process.stdout.write(options.json ? `${jsonText(listing)}\n` : `${render(listing)}\n`);
  return 0;
}

export type Listing = Awaited<ReturnType<typeof collect>>;

export async function collect() {
  const [suites, workloads, frameworks] = await Promise.all([
    discoverSuites(),
    discoverWorkloads(),
    discoverFrameworks(),
  ]);
  return {
    suites: suites.map((suite) => ({
      name: suite.name,
      title: suite.title,
      workloads: selectionsOf(suite).map(({ workload }) => workload),
    })),
    workloads: workloads.map((workload) => ({
      name: workload.name,
      title: workload.title,
      source: workload.source,
      modes: workload.modes,
      batches: workload.batches,
      trainingBatches: batchesOf(workload, 'training'),
      parameters: workload.parameterCount,
      multiplyAdds: workload.multiplyAdds,
      training: workload.training ?? null,
      tolerance: workload.tolerance,
      length: workload.sequence?.defaultLength ?? null,
      longest: workload.sequence?.maxLength ?? null,
    })),
    targets: frameworks.flatMap((framework) =>
      framework.targets.map((target) => ({
        name: target.name,
        framework: framework.title,
        host: target.host,
        isDefault: target.isDefault ?? false,
        summary: target.summary,
        modes: Object.fromEntries(
          modes.map((mode) => {
            const support = target.modes[mode];
            return [mode, support.supported ? 'yes' : `no: ${support.reason}`];
          }),
        ),
      })),
    ),
  };
}

export function render(listing: Listing, columns = terminalColumns()): string {
  const suites = listing.suites.map(({ name, title, workloads }) => [name, title, workloads.join(', ')]);
  const workloads = listing.workloads.map(
    ({ name, batches, parameters, multiplyAdds, longest, title, source, training }) => [
      name,
      batches.join(', '),
      ...[parameters, multiplyAdds].map((count) => count.toLocaleString('en')),
      [
        `${title}. ${source}`,
        ...(training ? [`Training: ${describeTraining(training)}`] : []),
        ...(longest === null ? [] : [`--length up to ${longest}`]),
      ].join('. '),
    ],
  );
  const targets = listing.targets.map(({ name, host, modes: can, summary }) => [
    name,
    host,
    ...modes.map((mode) => required(can, mode)),
    summary,
  ]);
  return [
    grid(['suite', 'what it measures', 'workloads'], suites, columns),
    grid(['workload', 'batches', 'parameters', 'multiply-adds', 'definition and source'], workloads, columns),
    grid(['target', 'runs in', ...modes, 'what it is'], targets, columns),
  ].join('\n\n');
}
