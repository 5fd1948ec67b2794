/** `list`: suites, workloads with their sources, targets with what each can do. */
import Table from 'cli-table3';
import { discoverFrameworks } from '../adapters/discover.js';
import { required } from '../common/at.js';
import { jsonText } from '../common/text.js';
import { batchesOf, modes, selectionsOf } from '../model/workload.js';
import { discoverSuites, discoverWorkloads } from '../suites/discover.js';
import { describeTraining } from '../suites/optimisers.js';

export async function listCommand(options: { json?: true }): Promise<number> {
  const listing = await collect();
  process.stdout.write(options.json ? `${jsonText(listing)}\n` : `${render(listing)}\n`);
  return 0;
}

type Listing = Awaited<ReturnType<typeof collect>>;

async function collect() {
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

function render(listing: Listing): string {
  const suites = table(['suite', 'what it measures', 'workloads'], [14, 46, 34]);
  for (const suite of listing.suites) suites.push([suite.name, suite.title, suite.workloads.join(', ')]);
  const workloads = table(
    ['workload', 'batches', 'parameters', 'multiply-adds', 'definition and source'],
    [30, 9, 13, 16, 51],
  );
  for (const workload of listing.workloads) {
    const { name, batches, parameters, multiplyAdds, longest, title, source, training } = workload;
    const counts = [parameters, multiplyAdds].map((count) => count.toLocaleString('en'));
    workloads.push([
      name,
      batches.join(', '),
      ...counts,
      [
        `${title}. ${source}`,
        ...(training ? [`Training: ${describeTraining(training)}`] : []),
        ...(longest === null ? [] : [`--length up to ${longest}`]),
      ].join('. '),
    ]);
  }
  const targets = table(['target', 'runs in', ...modes, 'what it is'], [28, 9, 11, 22, 24]);
  for (const { name, host, modes: can, summary } of listing.targets) {
    targets.push([name, host, ...modes.map((mode) => required(can, mode)), summary]);
  }
  return [suites.toString(), workloads.toString(), targets.toString()].join('\n\n');
}

function table(head: string[], colWidths: number[]): Table.Table {
  return new Table({ head, colWidths, wordWrap: true, style: { head: [], border: [] } });
}
