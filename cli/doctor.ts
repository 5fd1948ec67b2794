/** `doctor`: what is available on this machine, and how to fix the rest. */
import { relative } from 'node:path';
import { invocation } from '../common/invocation.js';
import { deviceId, deviceText } from '../common/run/device.js';
import { counted, jsonText, plainTexts } from '../common/text.js';
import { grid } from '../reports/terminal/grid.js';
import { terminalColumns } from '../reports/terminal/width.js';
import { examineTargets, type Health } from '../runners/coordinator/health.js';
import { showAsking } from './asking.js';

/** @param targets names and patterns; undefined for all, of which only those of a default run are started */
export async function doctorCommand(
  targets: readonly string[] | undefined,
  options: { json?: true; installedOnly?: true },
): Promise<number> {
  const asking = options.json ? undefined : showAsking();
  const health = await examineTargets({
    installed: options.installedOnly === true,
    ...(targets === undefined ? {} : { targets }),
    ...(asking === undefined ? {} : { onAsking: asking.show }),
  }).finally(() => asking?.clear());
  process.stdout.write(options.json ? `${jsonText(health)}\n` : `${render(plainTexts(health))}\n`);
  return 0;
}

/** The table, and below it what each of its devices is. */
export function render({ machine, cpuLimit, targets }: Health, columns = terminalColumns()): string {
  const { cores, cpu, instructionSets } = machine;
  const accelerators = targets.flatMap(({ device }) =>
    device && device.kind !== 'cpu' ? [deviceText(device)] : [],
  );
  return [
    renderDoctor(targets, columns),
    `cpu: ${counted(cores, 'processor')} of ${cpu} (${instructionSets.join(', ')})${limitText(cpuLimit)}`,
    ...new Set(accelerators),
    ...leftAlone(targets),
  ].join('\n');
}

/** Why some have no settings where others have. */
function leftAlone(targets: Health['targets']): string[] {
  const isAlone = ({ available, configuration }: Health['targets'][number]) =>
    available && configuration === null;
  const alone = targets.filter(isAlone);
  if (alone.length === 0 || targets.every(({ configuration }) => configuration === null)) return [];
  return [
    `${counted(alone.length, 'target')} of no default run, or without a framework, not started: \`${invocation("doctor '<names>'")}\` starts them`,
  ];
}

function limitText(limit: Health['cpuLimit']): string {
  if (limit === null) return '';
  if (limit === 'unknown') return '; whether a control group limits their time is not known';
  return `; a control group leaves the time of ${counted(limit, 'processor')}`;
}

export function renderDoctor(targets: Health['targets'], columns = terminalColumns()): string {
  const rows: string[][] = [];
  for (const health of targets) {
    const { target, available, versions, configuration, environment, sizeBytes, reason, fix } = health;
    const listed = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
    const size = sizeBytes === null ? '' : `${Math.ceil(sizeBytes / 1e6)} MB`;
    const advice = available ? '' : `${reason}; run: ${fix}`;
    const runsWith = [
      ...settingsOf(configuration),
      ...(environment === null ? [] : [relative(process.cwd(), environment)]),
    ];
    const state = available ? 'available' : 'unavailable';
    rows.push([target, deviceOf(health), state, listed.join('\n'), runsWith.join('\n'), size, advice]);
  }
  return grid(['target', 'device', 'state', 'versions', 'runs with', 'size', 'fix'], rows, columns);
}

/** The effective device; of a target that was not started, its kind. */
function deviceOf({ deviceKind, device }: Health['targets'][number]): string {
  if (device === null) return deviceKind;
  return `${deviceId(device)}${device.software ? '\nsoftware' : ''}`;
}

/** What a reader looks for first. */
function settingsOf(configuration: Health['targets'][number]['configuration']): string[] {
  if (configuration === null) return [];
  const { kernelLibrary, instructionSet, threads, wasmSimd, wasmThreads, libtensorflow } = configuration;
  const { clockTickUs, crossOriginIsolated } = configuration;
  const yesNo = (value: unknown) => (value ? 'yes' : 'no');
  return [
    ...(kernelLibrary ? [kernelLibrary] : []),
    ...(instructionSet ? [`instructions ${instructionSet}`] : []),
    ...(threads ? [`threads ${threads}`] : []),
    ...(wasmSimd === undefined ? [] : [`wasm SIMD ${yesNo(wasmSimd)}, threads ${yesNo(wasmThreads)}`]),
    ...(clockTickUs === undefined
      ? []
      : [`clock of ${clockTickUs} µs, isolated ${yesNo(crossOriginIsolated)}`]),
    ...(libtensorflow === undefined
      ? []
      : [`libtensorflow of ${relative(process.cwd(), String(libtensorflow)).split('/lib/')[0]}`]),
  ];
}
