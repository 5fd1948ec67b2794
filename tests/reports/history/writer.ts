/** A process that writes runs into a store: `writer <store> <name> <count>`. Says `<id>` after each that is in. */
import { recordRun } from '../../../reports/history/record.js';
import { nthRun } from './runs.js';

const [file = '', name = '', count = '0'] = process.argv.slice(2);
for (let n = 0; n < Number(count); n++) {
  const id = `${name}-${n}`;
  recordRun(nthRun(n, { changes: { id } }), file);
  process.stdout.write(`${id}\n`);
}
