import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, it } from 'vitest';
import {
  gateReportSchemaText,
  gateSettingsSchemaText,
} from '../../../reports/regression/outputs/json-schema.js';
import { startingSettings } from '../../../reports/regression/settings-file.js';
import { report } from './fixture.js';

// Formats, such as that of a date, are not among what ajv knows by itself; each has a pattern beside it.
const compiled = (text: string) =>
  new Ajv2020({ allowUnionTypes: true, validateFormats: false }).compile(JSON.parse(text));

it('the published schemas are not stale (npx vitest -u writes them)', async () => {
  await expect(gateReportSchemaText()).toMatchFileSnapshot(
    '../../../reports/regression/gate-report.schema.json',
  );
  await expect(gateSettingsSchemaText()).toMatchFileSnapshot(
    '../../../reports/regression/gate-settings.schema.json',
  );
});

it('a report is valid, and what is none is not', () => {
  const validate = compiled(gateReportSchemaText());
  validate(JSON.parse(JSON.stringify(report())));
  expect(validate.errors).toBeNull();
  expect(validate({ ...report(), exit: 2 })).toBe(false);
});

it('settings are valid as one writes them: what has a usual value may be left out', () => {
  const validate = compiled(gateSettingsSchemaText());
  const entry = { cell: 'x', metric: 'speed', upTo: 1.1, reason: 'r', until: '2026-12-01' };
  for (const settings of [startingSettings(undefined), { version: 1 }, { version: 1, accepted: [entry] }]) {
    validate(settings);
    expect(validate.errors).toBeNull();
  }
  expect(validate({ version: 1, margins: { sped: 0.1 } })).toBe(false);
  expect(validate({ version: 1, accepted: [{ ...entry, until: 'soon' }] })).toBe(false);
});
