import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  readRetraction,
  refuseRetracted,
  retractionText,
  writeRetraction,
} from '../../../common/run/retraction.js';
import { withRetraction } from '../../../reports/html/retraction.js';

const folder = () => mkdtempSync(join(tmpdir(), 'touchstone-retraction-'));
const now = new Date('2026-11-06T12:00:00.000Z');

it('is read as it was written, and replaced by a later one', async () => {
  const run = folder();
  expect(await readRetraction(run)).toBeUndefined();
  await refuseRetracted(run);
  await writeRetraction(run, ' hot ', now);
  const written = await writeRetraction(run, ' very hot ', now);
  expect(await readRetraction(run)).toEqual(written);
  expect(retractionText(written)).toBe('retracted on 2026-11-06: very hot');
  expect(readdirSync(run)).toEqual(['retracted.json']);
  await expect(refuseRetracted(run)).rejects.toMatchObject({ code: 'usage' });
});

it.each([
  ['{', 'damaged'],
  ['{"version":1,"at":"2026-11-06T12:00:00.000Z"}', 'reason: '],
  ['{"version":1,"reason":" ","at":"2026-11-06T12:00:00.000Z"}', 'reason: '],
  ['{"version":1,"reason":"hot","at":"yesterday"}', 'at: '],
  ['{"version":2,"reason":"hot","at":"2026-11-06T12:00:00.000Z"}', 'version: '],
])('a file that cannot be read is no run that counts: %s', async (text, message) => {
  const run = folder();
  writeFileSync(join(run, 'retracted.json'), text);
  await expect(readRetraction(run)).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringContaining(message),
  });
});

it('a page says it first and once, and whatever it says does nothing', () => {
  const page = '<!doctype html><html><body>\n<h1>x</h1></body></html>';
  const retraction = { version: 1 as const, reason: '<img> $& hot', at: now.toISOString() };
  const said = withRetraction(page, retraction);
  expect(said).toContain('<body>\n<p id="retracted"');
  expect(said).toContain('&lt;img&gt; $&amp; hot');
  expect(withRetraction(said, retraction)).toBe(said);
  expect(withRetraction(page, undefined)).toBe(page);
});
