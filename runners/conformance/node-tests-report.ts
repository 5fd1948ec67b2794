/** `docs/onnx-conformance.md`: the ONNX project's node tests, by operator and target. */
import { isBroken, type Outcome } from './small-models.js';

export interface NodeResult {
  readonly name: string;
  readonly operators: readonly string[];
  readonly outcome: Outcome | { readonly state: 'outside'; readonly reason: string };
}

export interface TargetNodeResults {
  readonly target: string;
  readonly results: readonly NodeResult[];
}

export interface Share {
  readonly passed: number;
  readonly unsupported: number;
  readonly broken: number;
  readonly outside: number;
}

/** The operators that every target with the whole vocabulary is held to (issue 5). */
export const listedOperators: ReadonlySet<string> = new Set(
  [
    'Conv ConvTranspose Gemm MatMul LSTM GRU RNN BatchNormalization InstanceNormalization LayerNormalization',
    'GroupNormalization LRN AveragePool MaxPool LpPool GlobalAveragePool GlobalMaxPool GlobalLpPool',
    'Relu LeakyRelu PRelu Elu Selu Celu Gelu Sigmoid HardSigmoid HardSwish Softplus Softsign Tanh ThresholdedRelu Mish',
    'Swish Hardmax Softmax LogSoftmax Shrink',
    'Add Sub Mul Div Pow Mod Neg Abs Sqrt Exp Log Reciprocal Floor Ceil Round Sign Sin Cos Tan Asin Acos Atan Sinh',
    'Cosh Asinh Acosh Atanh Min Max Mean Sum Erf Clip',
    'Equal Greater GreaterOrEqual Less LessOrEqual And Or Xor Not IsNaN IsInf Where',
    'ReduceMean ReduceSum ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp',
    'ReduceSumSquare ArgMax ArgMin CumSum',
    'Concat Split Slice Gather GatherElements GatherND Reshape Transpose Squeeze Unsqueeze Expand Tile Pad Resize',
    'Upsample Flatten Cast QuantizeLinear DequantizeLinear',
  ]
    .join(' ')
    .split(' '),
);

export function shareOf(results: readonly NodeResult[]): Share {
  const count = (...states: string[]) =>
    results.filter(({ outcome }) => states.includes(outcome.state)).length;
  return {
    passed: count('ok'),
    unsupported: count('unsupported'),
    broken: count('wrong', 'failed'),
    outside: count('outside'),
  };
}

/** Tests of one operator by itself; those of expanded functions count for none of theirs. */
export function byOperator(results: readonly NodeResult[]): Map<string, NodeResult[]> {
  const found = new Map<string, NodeResult[]>();
  for (const result of results) {
    const key = operatorOf(result) ?? 'expanded functions';
    found.set(key, [...(found.get(key) ?? []), result]);
  }
  return new Map([...found].sort(([a], [b]) => a.localeCompare(b)));
}

export function summaryOf({ target, results }: TargetNodeResults): string {
  const listed = shareOf(results.filter((result) => listedOperators.has(operatorOf(result) ?? '')));
  const all = shareOf(results);
  const tried = listed.passed + listed.unsupported + listed.broken;
  const percent = tried === 0 ? 0 : (100 * listed.passed) / tried;
  return (
    `${target}: ${listed.passed} of ${tried} of the listed operators (${percent.toFixed(1)} %), ` +
    `${all.passed} of ${all.passed + all.unsupported + all.broken} of all; ${all.broken} wrong or failed`
  );
}

/** The operator that a test is of; undefined for one of the function that defines an operator. */
export function operatorOf({ name, operators }: Pick<NodeResult, 'name' | 'operators'>): string | undefined {
  const [operator] = operators;
  return operators.length === 1 && !name.includes('_expanded') ? operator : undefined;
}

export function nodeDocument(onnx: string, all: readonly TargetNodeResults[]): string {
  return `${[
    '# ONNX node tests',
    `Written by \`npm run conformance -- --onnx\`: the backend node tests that the package onnx ${onnx} generates, each on
every target through its real worker. Inputs that decide a shape or are weights are constants, as in models in the wild.
A number is how many tests of that operator agree with the expected outputs (relative error of a tensor at most 1e-3 for
fractions, 5e-3 for half precision, none for whole numbers) of how many targets are given; the rest was refused before
anything was started. Tests with types or values that a neutral graph does not hold (bfloat16, float8, 4-bit integers,
strings, sequences), or with results whose shape depends on data, are given to nobody and not counted; the last column
has their number.`,
    all.map((each) => `- ${summaryOf(each)}`).join('\n'),
    table(all),
    ...all.map(brokenOf),
  ].join('\n\n')}\n`;
}

export function table(all: readonly TargetNodeResults[]): string {
  const grouped = all.map(({ results }) => byOperator(results));
  const operators = [...(grouped[0]?.keys() ?? [])];
  const rows = operators.map((operator) => {
    const shares = grouped.map((group) => shareOf(group.get(operator) ?? []));
    const cells = shares.map(({ passed, unsupported, broken }) => {
      if (broken > 0) return `${broken} wrong`;
      const tried = passed + unsupported;
      if (tried === 0) return '';
      if (passed === 0) return '–';
      return unsupported === 0 ? String(passed) : `${passed} of ${tried}`;
    });
    const name = listedOperators.has(operator) ? `**${operator}**` : operator;
    return [name, ...cells, String(shares[0]?.outside || '')];
  });
  const head = ['operator', ...all.map(({ target }) => target), 'given to nobody'];
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function brokenOf({ target, results }: TargetNodeResults): string {
  const broken = results.flatMap(({ name, outcome }) =>
    isBroken(outcome) ? [`- **${outcome.state}** ${name}: ${outcome.reason.slice(0, 300)}`] : [],
  );
  return [`## ${target}`, broken.length > 0 ? broken.join('\n') : 'Nothing wrong.'].join('\n\n');
}

/** What a target refused, and why: for whoever works on it. */
export function refusalsOf({ target, results }: TargetNodeResults): string {
  const lines = results.flatMap(({ name, outcome }) =>
    outcome.state === 'unsupported'
      ? [`${target}, ${name}: ${outcome.state}: ${outcome.reason.slice(0, 200)}`]
      : [],
  );
  return lines.join('\n');
}
