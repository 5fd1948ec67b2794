/** Whether a target can run on this machine as it is. */
import type { Target } from '../../adapters/adapter.js';
import { environmentDefinition } from './definition.js';
import { environmentState } from './environments.js';
import { findInterpreter } from './interpreter.js';
import { packageVersion } from './packages.js';

export type TargetAvailability =
  | { readonly available: true; readonly python?: string }
  /** `mend` is the command that makes it available. */
  | { readonly available: false; readonly reason: string; readonly mend: string };

/** The Python environment that a target needs; undefined for one that runs in Node. */
export function environmentOf(target: Target): string | undefined {
  return target.host === 'python' ? target.environmentName : undefined;
}

export async function targetAvailability(target: Target): Promise<TargetAvailability> {
  if (target.host === 'node') return nodeAvailability(target.packages);
  const state = await environmentState(target.environmentName);
  if (state.state === 'ready') return { available: true, python: state.python };
  const interpreter = await findInterpreter(environmentDefinition(target.environmentName).python);
  if (!interpreter.found) return { available: false, reason: interpreter.reason, mend: interpreter.mend };
  return { available: false, reason: state.reason, mend: `npm run setup -- ${target.name}` };
}

function nodeAvailability(packages: readonly string[]): TargetAvailability {
  const missing = packages.find((name) => packageVersion(name) === undefined);
  if (missing === undefined) return { available: true };
  return { available: false, reason: `npm package ${missing} is not installed`, mend: 'npm ci' };
}
