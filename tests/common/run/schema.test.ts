import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, it } from 'vitest';
import { resultsSchemaText } from '../../../common/run/json-schema.js';
import { runResults } from '../../../common/run/results.js';
import { analyse } from '../../../reports/analyse/analyse.js';
import { fixtureRun } from '../../reports/fixtures.js';

const text = resultsSchemaText();
const validate = new Ajv2020({ allowUnionTypes: true }).compile(JSON.parse(text));

it('the published schema is not stale (npx vitest -u writes it)', async () => {
  await expect(text).toMatchFileSnapshot('../../../common/run/results.schema.json');
});

it('results of whole, interrupted, killed and empty runs are valid', () => {
  const whole = fixtureRun();
  const killed = fixtureRun({ rounds: 3, plannedRounds: 8, ending: null, hostile: true });
  const runs = [whole, killed, { ...whole, events: [] }, { ...whole, events: whole.events.slice(0, 40) }];
  for (const { manifest, events } of runs) {
    const results = JSON.parse(JSON.stringify(analyse(manifest, events)));
    validate(results);
    expect(validate.errors).toBeNull();
    expect(() => runResults.parse(results)).not.toThrow();
  }
});

it('the schema refuses what is not a result', () => {
  const { manifest, events } = fixtureRun({ rounds: 1 });
  const results = analyse(manifest, events);
  expect(validate({ ...results, version: 1 })).toBe(false);
  expect(validate({ ...results, cells: [{ ...results.cells[0], state: 'skipped' }] })).toBe(false);
});
