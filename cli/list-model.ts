/** `list --model`: what is in a user's files and which targets can run them. */
import { exitStatus } from '../common/errors.js';
import { jsonText, plainTexts } from '../common/text.js';
import type { TensorInfo } from '../model/graph.js';
import { grid } from '../reports/terminal/grid.js';
import { terminalColumns } from '../reports/terminal/width.js';
import {
  type DescribedModel,
  type DescribeOptions,
  describeModels,
} from '../runners/coordinator/describe-models.js';

export type ListModelOptions = DescribeOptions & { readonly json?: true };

/** @returns exit status: not 0 where a file cannot be described */
export async function listModels(given: readonly string[], options: ListModelOptions): Promise<number> {
  const described = await describeModels(given, options);
  const texts = plainTexts(described).map((one) =>
    'error' in one ? `error: ${one.model}: ${one.error}` : render(one),
  );
  process.stdout.write(`${options.json ? jsonText(described) : texts.join('\n\n')}\n`);
  return described.some((one) => 'error' in one) ? exitStatus.model : 0;
}

/** Rows about what is computed. */
function countsOf({ whole, constants, multiplyAdds, operators }: DescribedModel): [string, string][] {
  if (whole !== undefined) return [['not lowered', whole]];
  const rows: [string, string][] = [];
  if (constants !== null)
    rows.push(['parameters', `${constants.toLocaleString('en')} constants, including folded ones`]);
  if (multiplyAdds !== null) {
    const [products, flops] = [multiplyAdds, 2 * multiplyAdds].map((count) => count.toLocaleString('en'));
    const where = 'in convolutions, matrix products and recurrent layers';
    rows.push(['multiply-adds', `${products} per pass, ${flops} FLOPs, ${where}`]);
  }
  const names = Object.entries(operators).map(([name, count]) => `${name} ${count}`);
  return [...rows, ['operators', names.join(', ')]];
}

function render(one: DescribedModel): string {
  const tensor = ({ name, type, shape }: TensorInfo) => `${name}: ${type} ${shape.join('×') || 'scalar'}`;
  const columns = terminalColumns();
  const facts = [
    ['model', `${one.model} (${one.path}), operator set ${one.opset}`],
    ['inputs', one.inputs.map(tensor).join('\n')],
    ['outputs', one.outputs.map(tensor).join('\n')],
    ...countsOf(one),
  ];
  const targets = Object.entries(one.targets);
  return [grid([], facts, columns), grid(['target', 'whether it can run the model'], targets, columns)].join(
    '\n',
  );
}
