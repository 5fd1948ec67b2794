/**
 * Two versions of one framework side by side: `jax@0.9.0/cpu` is the target `jax/cpu` with another version than the one
 * that this project pins, in an environment or a folder of its own.
 */
import type { Target } from './adapter.js';

const versioned = /^(?<framework>[^@/]+)@(?<version>[^@/]+)\/(?<backend>.+)$/;

/**
 * Takes a target's name, or a pattern of names, apart.
 *
 * @returns the name without the version, and the version where there is one
 */
export function splitVersion(name: string): { readonly name: string; readonly version?: string } {
  const parts = versioned.exec(name)?.groups;
  if (!parts) return { name };
  const { framework, version = '', backend } = parts;
  return { name: `${framework}/${backend}`, version };
}

/** The same target at that version of its framework. */
export function atVersion<T extends Target>(target: T, version: string): T {
  const [framework, ...backend] = target.name.split('/');
  return { ...target, name: `${framework}@${version}/${backend.join('/')}`, version };
}
