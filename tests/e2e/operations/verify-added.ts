/**
 * Run in a copy of the project that has the operation ReTanh: a small model with Tanh gets it instead. Prints what the plan of every
 * target is built of, and the outcome of verifying it on the targets that are named.
 */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { discoverFrameworks } from '../../../adapters/discover.js';
import { defined } from '../../../common/at.js';
import type { Artefact } from '../../../model/artefact/artefact.js';
import { artefactFiles } from '../../../model/artefact/manifest.js';
import type { Graph } from '../../../model/graph.js';
import { readTensors, writeTensors } from '../../../model/safetensors.js';
import { verifyEach } from '../../../runners/conformance/verify.js';
import { chosenTargets, onEach } from '../../../scripts/conformance/targets.js';
import { conformanceArtefact, conformanceCases } from '../../../suites/conformance/conformance-cases.js';

const [targets = ''] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'touchstone-added-'));
const artefact = await withReTanh('convolutions: followed by Tanh');
const all = (await discoverFrameworks()).flatMap((framework) => framework.targets);
const lowered = all.filter(({ isNull, readsFiles }) => !isNull && !readsFiles);
const forms = lowered.map(({ name, lower }) => {
  const lowering = lower(artefact.graph, 'inference');
  return [name, 'plan' in lowering ? lowering.plan.form : `unsupported: ${lowering.unsupported}`];
});
const verified = await onEach(await chosenTargets({ targets }), async (target, executable) => {
  const [outcome] = await verifyEach(target, executable, [artefact], (item, verify) => verify(item));
  return [target.name, outcome];
});
process.stdout.write(
  JSON.stringify({ forms: Object.fromEntries(forms), outcomes: Object.fromEntries(verified) }),
);
rmSync(folder, { recursive: true });

/** A copy of the artefact of a small model, and of its expected outputs: max(0, tanh x). */
async function withReTanh(name: string): Promise<Artefact> {
  const testCase = conformanceCases().find((each) => each.name === name && each.mode === 'inference');
  const source = await conformanceArtefact(defined(testCase, name));
  cpSync(source.folder, folder, { recursive: true });
  const nodes = source.graph.nodes.map((node) =>
    node.operator === 'Tanh' ? { ...node, operator: 'ReTanh' } : node,
  );
  const graph: Graph = { ...source.graph, nodes };
  writeFileSync(join(folder, artefactFiles.graph), JSON.stringify(graph));
  const path = join(folder, artefactFiles.expected);
  const expected = Object.entries(await readTensors(path)).map(([key, tensor]) => {
    const data = Float64Array.from(tensor.data as ArrayLike<number>, (value) => Math.max(0, value));
    return [key, { type: 'float64' as const, shape: tensor.shape, data }] as const;
  });
  await writeTensors(path, Object.fromEntries(expected));
  return { ...source, folder, graph };
}
