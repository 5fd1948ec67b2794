/** Definitions of environments that install nothing, in a folder of their own: made in seconds, without a network. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type EnvironmentDefinition,
  environmentDefinition,
  type Places,
} from '../../../runners/provision/definition.js';

export interface Sandbox {
  readonly root: string;
  readonly places: Places;
  /** Writes a definition that pins `lines`, by default nothing, and reads it. */
  define(name: string, lines?: string, python?: EnvironmentDefinition['python']): EnvironmentDefinition;
}

export function makeSandbox(): Sandbox {
  const root = mkdtempSync(join(tmpdir(), 'touchstone-provision-'));
  const places = {
    definitions: join(root, 'definitions'),
    environments: join(root, 'environments'),
    logs: join(root, 'logs'),
  };
  mkdirSync(places.definitions);
  return {
    root,
    places,
    define(name, lines = '# nothing\n', python = { minimum: '3.11', below: '3.12' }) {
      writeFileSync(
        join(places.definitions, `${name}.json`),
        JSON.stringify({ title: `Environment ${name}`, python, sizeMb: 20 }),
      );
      writeFileSync(join(places.definitions, `${name}.txt`), lines);
      return environmentDefinition(name, places);
    },
  };
}

/** Processes whose command line names the folder. Linux only. */
export function processesOn(folder: string): number[] {
  const numbers = readdirSync('/proc').map(Number).filter(Number.isInteger);
  return numbers.filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder);
    } catch {
      return false;
    }
  });
}
