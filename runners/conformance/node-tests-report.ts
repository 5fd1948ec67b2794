/** Writes `docs/onnx-conformance.md`: results of the ONNX project's node tests by operator and target. */
import { required } from '../../common/at.js';
import { isFailure, type Outcome } from './verify.js';

export interface NodeResult {
  readonly name: string;
  readonly operators: readonly string[];
  /** `outside`: the neutral graph cannot represent the test. */
  readonly outcome: Outcome | { readonly state: 'outside'; readonly reason: string };
}

export interface TargetNodeResults {
  readonly target: string;
  readonly results: readonly NodeResult[];
}

/** Numbers of tests by outcome. */
export interface Counts {
  readonly passed: number;
  readonly unsupported: number;
  readonly failed: number;
  readonly outside: number;
}

/** Operators that a target with general operator coverage is expected to support. */
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

export function countsOf(results: readonly NodeResult[]): Counts {
  const count = (...states: string[]) =>
    results.filter(({ outcome }) => states.includes(outcome.state)).length;
  return {
    passed: count('ok'),
    unsupported: count('unsupported'),
    failed: count('wrong', 'failed'),
    outside: count('outside'),
  };
}

const expandedFunctions = 'expanded functions';

/** Tests by operator; those of expanded functions form a group of their own. */
export function byOperator(results: readonly NodeResult[]): Map<string, NodeResult[]> {
  const found = new Map<string, NodeResult[]>();
  for (const result of results) {
    const key = operatorOf(result) ?? expandedFunctions;
    found.set(key, [...(found.get(key) ?? []), result]);
  }
  return new Map([...found].sort(([a], [b]) => a.localeCompare(b)));
}

export function summaryOf({ target, results }: TargetNodeResults): string {
  const isListed = (result: NodeResult) => {
    const operator = operatorOf(result);
    return operator !== undefined && listedOperators.has(operator);
  };
  const listed = countsOf(results.filter(isListed));
  const all = countsOf(results);
  const tried = listed.passed + listed.unsupported + listed.failed;
  const percent = tried === 0 ? 0 : (100 * listed.passed) / tried;
  return (
    `${target}: ${listed.passed} of ${tried} of the listed operators (${percent.toFixed(1)} %), ` +
    `${all.passed} of ${all.passed + all.unsupported + all.failed} of all; ${all.failed} wrong or failed`
  );
}

/** The operator that a test is for; undefined for tests of expanded functions. */
export function operatorOf({ name, operators }: Pick<NodeResult, 'name' | 'operators'>): string | undefined {
  const [operator] = operators;
  return operators.length === 1 && !name.includes('_expanded') ? operator : undefined;
}

export function nodeDocument(onnx: string, all: readonly TargetNodeResults[]): string {
  return `${[
    '# ONNX node tests',
    `Written by \`npm run conformance -- --onnx\`: the backend node tests that the package onnx ${onnx} generates, each on
every target in its real worker. Inputs that determine a shape or are weights are constants, as in exported models. "12 of
14" means that 12 of 14 tests of the operator agree with the expected outputs (relative error of a tensor at most 1e-3 in
floating point, 5e-3 in half precision, 0 for integers) and that two are unsupported, which is decided before a worker is
started. Tests with types or values that the neutral graph cannot represent (bfloat16, float8, 4-bit integers, strings,
sequences), or with results whose shape depends on data, are not counted; the last column has their number.`,
    all.map((each) => `- ${summaryOf(each)}`).join('\n'),
    nodeTestTable(all),
    ...all.map(failuresOf),
  ].join('\n\n')}\n`;
}

export function nodeTestTable(all: readonly TargetNodeResults[]): string {
  const grouped = all.map(({ results }) => byOperator(results));
  // Every target has results of the same tests.
  const operators = [...(grouped[0]?.keys() ?? [])];
  const rows = operators.map((operator) => {
    const counts = grouped.map((group) => countsOf(required(group, operator, 'results by operator')));
    const cells = counts.map(({ passed, unsupported, failed }) => {
      if (failed > 0) return `${failed} wrong`;
      const tried = passed + unsupported;
      if (tried === 0) return '';
      if (passed === 0) return '–';
      return unsupported === 0 ? String(passed) : `${passed} of ${tried}`;
    });
    const name = listedOperators.has(operator) ? `**${operator}**` : operator;
    return [name, ...cells, String(counts[0]?.outside || '')];
  });
  const head = ['operator', ...all.map(({ target }) => target), 'not representable'];
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function failuresOf({ target, results }: TargetNodeResults): string {
  const failures = results.flatMap(({ name, outcome }) =>
    isFailure(outcome) ? [`- **${outcome.state}** ${name}: ${outcome.reason.slice(0, 300)}`] : [],
  );
  return [`## ${target}`, failures.length > 0 ? failures.join('\n') : 'No failures.'].join('\n\n');
}

/** Unsupported tests with reasons, for development of a target. */
export function unsupportedOf({ target, results }: TargetNodeResults): string {
  const lines = results.flatMap(({ name, outcome }) =>
    outcome.state === 'unsupported'
      ? [`${target}, ${name}: ${outcome.state}: ${outcome.reason.slice(0, 200)}`]
      : [],
  );
  return lines.join('\n');
}
