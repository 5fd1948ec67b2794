/** A target on the ONNX project's node tests, through its real worker. */
import type { Target } from '../../adapters/adapter.js';
import { TouchstoneError } from '../../common/errors.js';
import type { Artefact } from '../../model/artefact/artefact.js';
import { type NodeTest, type NodeTests, nodeTestArtefact } from '../../suites/conformance/node-tests.js';
import type { NodeResult } from './node-tests-report.js';
import { onOneWorker } from './small-models.js';

/** A test with its artefact, or why no target can be given it. */
export interface PreparedTest {
  readonly test: NodeTest;
  readonly artefact: Artefact | { readonly outside: string };
}

/** Once for all targets. @param onStep told how many are ready */
export async function prepareTests(
  tests: NodeTests,
  chosen: readonly NodeTest[],
  onStep: (done: number) => void,
): Promise<PreparedTest[]> {
  const prepared: PreparedTest[] = [];
  for (const test of chosen) {
    prepared.push({ test, artefact: await prepare(tests, test) });
    onStep(prepared.length);
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

export async function runNodeTests(
  target: Target,
  prepared: readonly PreparedTest[],
  executable: string | undefined,
  onResult: (result: NodeResult) => void,
): Promise<NodeResult[]> {
  return onOneWorker(target, executable, prepared, async ({ test, artefact }, judge) => {
    const { name, operators } = test;
    const outcome =
      'outside' in artefact
        ? { state: 'outside' as const, reason: artefact.outside }
        : await judge(artefact, { mayRefuse: true });
    const result = { name, operators, outcome };
    onResult(result);
    return result;
  });
}
