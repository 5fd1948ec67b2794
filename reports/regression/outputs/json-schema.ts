/** The published schemas of `gate.json` and `touchstone.gate.json`: JSON Schema (draft 2020-12), kept in `reports/regression/`. */
import { z } from 'zod';
import { gateReport } from '../report.js';
import { gateSettings } from '../settings.js';

/** Names the published schema, `reports/regression/gate-report.schema.json`; stands in every `gate.json`. */
export const gateReportSchemaId = 'urn:touchstone:gate-report:1';

/** Names the published schema, `reports/regression/gate-settings.schema.json`. */
export const gateSettingsSchemaId = 'urn:touchstone:gate-settings:1';

/** Text of `gate-report.schema.json`; a test compares the file with it, and `npx vitest -u` writes it anew. */
export function gateReportSchemaText(): string {
  return text(z.toJSONSchema(gateReport), gateReportSchemaId, 'What a gate of Touchstone found, version 1');
}

/** Text of `gate-settings.schema.json`: as input, so whatever has a default may be left out. */
export function gateSettingsSchemaText(): string {
  const schema = z.toJSONSchema(gateSettings, { io: 'input' });
  return text(
    schema,
    gateSettingsSchemaId,
    'touchstone.gate.json: margins of the gate and what is accepted, version 1',
  );
}

function text({ $schema, ...rest }: Readonly<Record<string, unknown>>, $id: string, title: string): string {
  return `${JSON.stringify({ $schema, $id, title, ...rest }, null, 2)}\n`;
}
