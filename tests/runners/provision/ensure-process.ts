/** Makes an environment in a process of its own, which a test may kill: `ensure-process.js <sandbox> <name>`. */
import { join } from 'node:path';
import { environmentDefinition } from '../../../runners/provision/definition.js';
import { ensure } from '../../../runners/provision/environments.js';

const [root = '', name = ''] = process.argv.slice(2);
const places = {
  definitions: join(root, 'definitions'),
  environments: join(root, 'environments'),
  logs: join(root, 'logs'),
};
const { python } = await ensure(environmentDefinition(name, places), {
  report: (line) => process.stderr.write(`${line}\n`),
});
process.stdout.write(python);
