/** Verifies a target on the ONNX project's backend node tests. */
import type { Target } from '../../adapters/adapter.js';
import { TouchstoneError } from '../../common/errors.js';
import type { Artefact } from '../../model/artefact/artefact.js';
import { type NodeTest, type NodeTests, nodeTestArtefact } from '../../suites/conformance/node-tests.js';
import type { NodeResult } from './node-tests-report.js';
import { verifyEach } from './verify.js';

/** A test with its artefact, or why the neutral graph cannot represent it. */
export interface PreparedTest {
  readonly test: NodeTest;
  readonly artefact: Artefact | { readonly outside: string };
}

/** Makes the artefacts once for all targets. @param onProgress called with the number of tests that are ready */
export async function prepareTests(
  tests: NodeTests,
  chosen: readonly NodeTest[],
  onProgress: (done: number) => void,
): Promise<PreparedTest[]> {
  const prepared: PreparedTest[] = [];
  for (const test of chosen) {
    prepared.push({ test, artefact: await prepare(tests, test) });
    onProgress(prepared.length);
  }
  return prepared;
}

async function prepare(tests: NodeTests, test: NodeTest): Promise<PreparedTest['artefact']> {
  if (test.outside !== undefined) return { outside: test.outside };
  try {
    return await nodeTestArtefact(tests, test);
  } catch (error) {
    if (error instanceof TouchstoneError && error.code === 'model') return { outside: error.message };
    throw error;
  }
}

/** @param executable the program that the target's workers run in, if it is not the host's own */
export async function runNodeTests(
  target: Target,
  prepared: readonly PreparedTest[],
  executable: string | undefined,
  onResult: (result: NodeResult) => void,
): Promise<NodeResult[]> {
  return verifyEach(target, executable, prepared, async ({ test, artefact }, verify) => {
    const { name, operators } = test;
    const outcome =
      'outside' in artefact
        ? { state: 'outside' as const, reason: artefact.outside }
        : await verify(artefact, { mayReject: true });
    const result = { name, operators, outcome };
    onResult(result);
    return result;
  });
}
