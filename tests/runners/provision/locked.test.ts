/** What a lock file lets into an environment, and what another version of a package brings along. */
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type EnvironmentDefinition, environmentDefinition } from '../../../runners/provision/definition.js';
import { ensure, ensureEnvironment, stateOf } from '../../../runners/provision/environments.js';
import { makeSandbox, type Sandbox } from './sandbox.js';
import { folderOfWheels, indexOfWheels, makeWheel, type Wheel } from './wheels.js';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = makeSandbox();
  // No setting of this machine's pip counts.
  vi.stubEnv('PIP_CONFIG_FILE', '/dev/null');
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(sandbox.root, { recursive: true, force: true });
});

const inner = makeWheel('inner', '1.0');
const outer = makeWheel('outer', '1.0', ['inner']);
const pin = ({ name, version, hash }: Wheel) => `${name}==${version} \\\n    --hash=${hash}\n`;

const addressOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/simple`;

/** What `make` put there: `name==version`. */
function installedIn({ folder }: EnvironmentDefinition): string[] {
  const [library = ''] = readdirSync(join(folder, 'lib'));
  return readdirSync(join(folder, 'lib', library, 'site-packages'))
    .flatMap((entry) => /^(inner|outer)-(.+)\.dist-info$/.exec(entry)?.slice(1, 3).join('==') ?? [])
    .sort();
}

describe('a lock file', () => {
  beforeEach(() => vi.stubEnv('PIP_NO_INDEX', '1'));

  it('lets in the files that it has the hashes of, whichever of them this machine finds', async () => {
    vi.stubEnv('PIP_FIND_LINKS', folderOfWheels(sandbox.root, inner));
    const other = `sha256:${'0'.repeat(64)}`;
    const definition = sandbox.define(
      'good',
      `inner==1.0 \\\n    --hash=${other} \\\n    --hash=${inner.hash}\n`,
    );
    await ensure(definition, {});
    expect(installedIn(definition)).toEqual(['inner==1.0']);
  });

  it('keeps out a file that was changed', async () => {
    const changed = { ...inner, content: makeWheel('inner', '1.0', ['outer']).content };
    vi.stubEnv('PIP_FIND_LINKS', folderOfWheels(sandbox.root, changed));
    const definition = sandbox.define('changed', pin(inner));
    await expect(ensure(definition, {})).rejects.toMatchObject({
      code: 'install',
      message: expect.stringMatching(
        /^environment changed could not be installed: ERROR: .*DO NOT MATCH THE HASHES/,
      ),
    });
    expect(await stateOf(definition)).toMatchObject({ state: 'broken' });
  });

  it('brings nothing that it does not name, and says what is missing', async () => {
    vi.stubEnv('PIP_FIND_LINKS', folderOfWheels(sandbox.root, inner, outer));
    const definition = sandbox.define('short', pin(outer));
    await expect(ensure(definition, {})).rejects.toThrow(/environment short .* outer 1\.0 requires inner/);
  });

  it('brings what only some builds need where such a build was installed, and only there', async () => {
    vi.stubEnv('PIP_FIND_LINKS', folderOfWheels(sandbox.root, inner, outer));
    writeFileSync(join(sandbox.places.definitions, 'large.builds.txt'), pin(inner));
    const large = sandbox.define('large', pin(outer));
    await ensure(large, {});
    expect(installedIn(large)).toEqual(['inner==1.0', 'outer==1.0']);
  });

  it('takes a build from this machine before the larger one of an index, which alone tells hashes', async () => {
    const small = makeWheel('outer', '1.0+small');
    const at = '2020-01-01T00:00:00Z';
    const server = await indexOfWheels([inner, outer].map((wheel) => ({ wheel, at })));
    vi.stubEnv('PIP_NO_INDEX', undefined);
    vi.stubEnv('PIP_INDEX_URL', addressOf(server));
    vi.stubEnv('PIP_FIND_LINKS', folderOfWheels(sandbox.root, small));
    writeFileSync(join(sandbox.places.definitions, 'little.builds.txt'), pin(inner));
    const both = `outer==1.0 \\\n    --hash=${outer.hash} \\\n    --hash=${small.hash}\n`;
    const definition = sandbox.define('little', both);
    await ensure(definition, {});
    expect(installedIn(definition)).toEqual(['outer==1.0+small']);

    // Not where its hash is unknown.
    const unlocked = sandbox.define('little', pin(outer));
    await ensure(unlocked, {});
    expect(installedIn(unlocked)).toEqual(['inner==1.0', 'outer==1.0']);
    server.close();
  });

  it('without hashes is installed, and that it was not checked is said', async () => {
    vi.stubEnv('PIP_FIND_LINKS', folderOfWheels(sandbox.root, inner));
    const said: string[] = [];
    const definition = sandbox.define('loose', 'inner==1.0\n');
    await ensure(definition, { report: (line) => said.push(line) });
    expect(said).toContain(
      `environment loose: ${definition.lockFile} lacks hashes, so what is downloaded is not checked`,
    );
  });
});

describe('another version', () => {
  const uploads = [
    { wheel: outer, at: '2020-01-01T00:00:00Z' },
    { wheel: inner, at: '2020-01-01T00:00:00Z' },
    { wheel: makeWheel('inner', '2.0'), at: '2098-01-01T00:00:00Z' },
    { wheel: makeWheel('outer', '2.0', ['inner']), at: '2098-01-01T00:00:00Z' },
  ];
  let server: Server;
  beforeAll(async () => {
    await ensureEnvironment('installer');
    server = await indexOfWheels(uploads);
  });
  afterAll(() => server.close());
  beforeEach(() => {
    vi.stubEnv('PIP_NO_INDEX', undefined);
    vi.stubEnv('PIP_FIND_LINKS', undefined);
    vi.stubEnv('PIP_UPLOADED_PRIOR_TO', undefined);
    vi.stubEnv('PIP_INDEX_URL', addressOf(server));
    sandbox.define('mine', pin(outer) + pin(inner));
  });

  it('brings what was the newest at the day of the lock files, also years later', async () => {
    const definition = environmentDefinition('mine@outer-1.0', sandbox.places);
    await ensure(definition, {});
    expect(installedIn(definition)).toEqual(['inner==1.0', 'outer==1.0']);
  });

  it('that is newer than that day needs a day from the user, which the error asks for', async () => {
    const definition = environmentDefinition('mine@outer-2.0', sandbox.places);
    await expect(ensure(definition, {})).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('outer==2.0'),
      hint: expect.stringMatching(/published before \d{4}-.*; PIP_UPLOADED_PRIOR_TO sets another day/),
    });
    vi.stubEnv('PIP_UPLOADED_PRIOR_TO', '2099-01-01T00:00:00Z');
    await ensure(definition, {});
    expect(installedIn(definition)).toEqual(['inner==2.0', 'outer==2.0']);
  });
});
