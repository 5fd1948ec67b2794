/** Which packages a Python environment has, read from its folder: no interpreter is started. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { EnvironmentDefinition } from '../../provision/definition.js';
import { normalName } from '../../provision/lock-file.js';

/** Installed versions of the packages that the environment is for and of those that the bridge needs. */
export function installedPackages({ folder, requires }: EnvironmentDefinition): Record<string, string> {
  const library = join(folder, 'lib');
  const python = existsSync(library)
    ? readdirSync(library).find((name) => name.startsWith('python'))
    : undefined;
  if (python === undefined) return {};
  const wanted = new Set([...requires, 'numpy', 'safetensors'].map(normalName));
  const found = readdirSync(join(library, python, 'site-packages')).flatMap((name) => {
    // Distribution folders are called `name-version.dist-info` (PEP 376).
    const { distribution, version } =
      /^(?<distribution>.+)-(?<version>[^-]+)\.dist-info$/.exec(name)?.groups ?? {};
    return distribution !== undefined && version !== undefined && wanted.has(normalName(distribution))
      ? [[distribution, version] as const]
      : [];
  });
  return Object.fromEntries(found);
}
