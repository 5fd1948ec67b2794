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

function render(one: DescribedModel): string {
  const tensor = ({ name, type, shape }: TensorInfo) => `${name}: ${type} ${shape.join('×') || 'scalar'}`;
  const operators = Object.entries(one.operators).map(([name, count]) => `${name} ${count}`);
  const columns = terminalColumns();
  const facts = [
    ['model', `${one.model} (${one.path}), operator set ${one.opset}`],
    ['inputs', one.inputs.map(tensor).join('\n')],
    ['outputs', one.outputs.map(tensor).join('\n')],
    ['parameters', `${one.constants.toLocaleString('en')} constants, including folded ones`],
    [
      'multiply-adds',
      `${one.multiplyAdds.toLocaleString('en')} per pass, ${(2 * one.multiplyAdds).toLocaleString('en')} FLOPs, in convolutions, matrix products and recurrent layers`,
    ],
    ['operators', operators.join(', ')],
  ];
  const targets = Object.entries(one.targets);
  return [grid([], facts, columns), grid(['target', 'whether it can run the model'], targets, columns)].join(
    '\n',
  );
}
