/** `gate accept`: records a regression that is wanted, with its reason and for a while. */
import { existsSync } from 'node:fs';
import { messageOf } from '../../common/errors.js';
import { type AcceptOptions, acceptanceOf, withAcceptance } from '../../reports/regression/accept.js';
import { settingsFileName } from '../../reports/regression/apply-settings.js';
import {
  readSettings,
  settingsPath,
  startingSettings,
  writeSettings,
} from '../../reports/regression/settings-file.js';

/** Writes the acceptance into the settings, which it starts where there are none. */
export async function acceptCommand(options: AcceptOptions & { readonly config?: string }): Promise<number> {
  const { config } = options;
  const { cell, metric, upTo, reason, until } = await acceptanceOf(options);
  const isNew = config === undefined && !existsSync(settingsPath(config));
  const settings = isNew ? startingSettings(config) : await readSettings(config);
  await writeSettings(config, withAcceptance(settings, { cell, metric, upTo, reason, until }));
  const bound = upTo === null ? '' : ` up to ${upTo}×`;
  process.stdout.write(
    `${config ?? settingsFileName}: ${messageOf(cell)}, ${metric}, is accepted${bound} until ${until}; commit it.\n`,
  );
  return 0;
}
