/** `doctor`: what is available on this machine, and how to fix the rest. */
import { relative } from 'node:path';
import Table from 'cli-table3';
import { examineTargets, type Health } from '../runners/coordinator/health.js';

export async function doctorCommand(options: { json?: true; installed?: true }): Promise<number> {
  const health = await examineTargets({ installed: options.installed === true });
  process.stdout.write(options.json ? `${JSON.stringify(health, null, 2)}\n` : `${render(health)}\n`);
  return 0;
}

function render({ machine, targets }: Health): string {
  const devices = `devices: ${machine.cores} processors of ${machine.cpu} (${machine.instructionSets.join(', ')}); no target computes elsewhere yet`;
  return `${renderDoctor(targets)}\n${devices}`;
}

export function renderDoctor(targets: Health['targets']): string {
  const table = new Table({
    head: ['target', 'state', 'versions', 'runs with', 'size', 'fix'],
    colWidths: [18, 13, 30, 34, 9, 32],
    wordWrap: true,
    style: { head: [], border: [] },
  });
  for (const { target, available, versions, configuration, environment, sizeBytes, reason, fix } of targets) {
    const listed = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
    const size = sizeBytes === null ? '' : `${Math.ceil(sizeBytes / 1e6)} MB`;
    const advice = available ? '' : `${reason}; run: ${fix}`;
    const runsWith = [
      ...settingsOf(configuration),
      ...(environment === null ? [] : [relative(process.cwd(), environment)]),
    ];
    const state = available ? 'available' : 'unavailable';
    table.push([target, state, listed.join('\n'), runsWith.join('\n'), size, advice]);
  }
  return table.toString();
}

/** What a reader looks for first. */
function settingsOf(configuration: Health['targets'][number]['configuration']): string[] {
  if (configuration === null) return [];
  const { kernelLibrary, instructionSet, threads, wasmSimd, wasmThreads, libtensorflow } = configuration;
  const yesNo = (value: unknown) => (value ? 'yes' : 'no');
  return [
    ...(kernelLibrary === null ? [] : [`${kernelLibrary}`]),
    ...(instructionSet === null ? [] : [`instructions ${instructionSet}`]),
    ...(threads === null ? [] : [`threads ${threads}`]),
    ...(wasmSimd === undefined ? [] : [`wasm SIMD ${yesNo(wasmSimd)}, threads ${yesNo(wasmThreads)}`]),
    ...(libtensorflow === undefined
      ? []
      : [`libtensorflow of ${relative(process.cwd(), String(libtensorflow)).split('/lib/')[0]}`]),
  ];
}
