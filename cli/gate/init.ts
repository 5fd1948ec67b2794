/** `gate init`: a settings file to start from. */
import { existsSync } from 'node:fs';
import { TouchstoneError } from '../../common/errors.js';
import { settingsFileName } from '../../reports/regression/apply-settings.js';
import { settingsPath, startingSettings, writeSettings } from '../../reports/regression/settings-file.js';

export interface InitOptions {
  readonly config?: string;
  readonly force?: true;
}

/** Writes the default margins and empty lists. Rejects where the file exists, unless `force` is given. */
export async function initCommand({ config, force }: InitOptions): Promise<number> {
  const shown = config ?? settingsFileName;
  if (existsSync(settingsPath(config)) && !force) {
    throw new TouchstoneError('usage', `${shown} exists already`, {
      hint: 'edit it, or overwrite it, acceptances included, with --force',
    });
  }
  await writeSettings(config, startingSettings(config));
  process.stdout.write(
    `${shown} is written, with the default margins; commit it. docs/gate.md describes the file.\n`,
  );
  return 0;
}
