/** Recurrent layers by plain loops over doubles, in whatever form a backend takes them. */
import type { RecurrentForm } from '../../adapters/lowering/capabilities.js';
import type { RecurrentSettings } from '../../adapters/lowering/operations/operation.js';
import { at, built, type Plain } from './plain-tensors.js';

type Kind = 'LSTM' | 'GRU' | 'RNN';
type Settings = RecurrentSettings & { readonly linearBeforeReset?: boolean };
type Row = number[];

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** @returns states of all steps, the last one, and for LSTM the last cell, as the form lays them out */
export function recurrentOutputs(
  kind: Kind,
  form: RecurrentForm,
  settings: Settings,
  [x, ...operands]: readonly Plain[],
): readonly Plain[] {
  if (!x) throw new Error('a recurrent layer without x');
  const given = new Map(settings.given.map((name, place) => [name, operands[place] as Plain]));
  const both = settings.direction === 'bidirectional';
  const runs = (both ? ['', 'Backward'] : ['']).map((suffix, place) =>
    run(kind, form, settings, x, given, suffix, place === 1 || settings.direction === 'reverse', place),
  );
  const [steps, batch] = form.batchFirst ? [x.shape[1]!, x.shape[0]!] : [x.shape[0]!, x.shape[1]!];
  const { hidden } = settings;
  const sequence = built(
    [...(form.batchFirst ? [batch, steps] : [steps, batch]), runs.length * hidden],
    (index) => {
      const [step, row] = form.batchFirst ? [index[1]!, index[0]!] : [index[0]!, index[1]!];
      return runs[Math.floor(index[2]! / hidden)]!.all[step]![row]![index[2]! % hidden]!;
    },
  );
  const end = (of: 'h' | 'c') =>
    form.states === 'stacked'
      ? built([runs.length, batch, hidden], ([run, row, unit]) => runs[run!]![of][row!]![unit!]!)
      : built(
          [batch, runs.length * hidden],
          ([row, unit]) => runs[Math.floor(unit! / hidden)]![of][row!]![unit! % hidden]!,
        );
  return kind === 'LSTM' ? [sequence, end('h'), end('c')] : [sequence, end('h')];
}

function run(
  kind: Kind,
  form: RecurrentForm,
  settings: Settings,
  x: Plain,
  given: ReadonlyMap<string, Plain>,
  suffix: string,
  isBackward: boolean,
  direction: number,
) {
  const { hidden } = settings;
  const gates = kind === 'RNN' ? 'h' : form.gates[kind];
  const [steps, batch] = form.batchFirst ? [x.shape[1]!, x.shape[0]!] : [x.shape[0]!, x.shape[1]!];
  const weight = (name: string, gate: string, unit: number, column: number) => {
    const row = gates.indexOf(gate) * hidden + unit;
    return at(given.get(name + suffix)!, form.transposed ? [column, row] : [row, column]);
  };
  const bias = (name: string, gate: string, unit: number) => {
    const place = gates.indexOf(gate) * hidden + unit;
    const first = given.get(`bias${suffix}`);
    if (first?.shape.length === 2) return at(first, [name === 'bias' ? 0 : 1, place]);
    const found = given.get(name + suffix);
    return found ? at(found, [place]) : 0;
  };
  const { gates: gateFunction = 'Sigmoid', cell: cellFunction = 'Tanh' } = settings.activations ?? {};
  const squash = { Sigmoid: sigmoid, HardSigmoid: (v: number) => Math.min(1, Math.max(0, 0.2 * v + 0.5)) }[
    gateFunction
  ];
  const activate = { Tanh: Math.tanh, Relu: (value: number) => Math.max(value, 0) }[cellFunction];
  const first = (name: string): Row[] =>
    Array.from({ length: batch }, (_, row) =>
      Array.from({ length: hidden }, (__, unit) => {
        const stacked = given.get(name);
        if (form.states === 'stacked') return stacked ? at(stacked, [direction, row, unit]) : 0;
        const own = given.get(name + suffix);
        return own ? at(own, [row, unit]) : 0;
      }),
    );
  let [h, c] = [first('initialH'), first('initialC')];
  const all: Row[][] = Array.from({ length: steps }, () => []);
  for (let count = 0; count < steps; count++) {
    const step = isBackward ? steps - 1 - count : count;
    const input = (gate: string, row: number, unit: number) => {
      let sum = bias('bias', gate, unit);
      for (let k = 0; k < x.shape[2]!; k++)
        sum += weight('w', gate, unit, k) * at(x, form.batchFirst ? [row, step, k] : [step, row, k]);
      return sum;
    };
    const product = (gate: string, state: Row, unit: number) =>
      state.reduce(
        (sum, value, k) => sum + weight('r', gate, unit, k) * value,
        bias('recurrentBias', gate, unit),
      );
    const next = h.map((state, row) => {
      const sum = (gate: string, unit: number, of = state) =>
        input(gate, row, unit) + product(gate, of, unit);
      const units = Array.from({ length: hidden }, (_, unit) => unit);
      if (kind === 'RNN') return units.map((unit) => ({ h: activate(sum('h', unit)), c: 0 }));
      if (kind === 'LSTM')
        return units.map((unit) => {
          const cell =
            squash(sum('f', unit)) * c[row]![unit]! + squash(sum('i', unit)) * activate(sum('c', unit));
          return { h: squash(sum('o', unit)) * activate(cell), c: cell };
        });
      const reset = units.map((unit) => squash(sum('r', unit)));
      const scaled = state.map((value, unit) => value * reset[unit]!);
      return units.map((unit) => {
        const update = squash(sum('z', unit));
        const hiddenSum = settings.linearBeforeReset
          ? input('h', row, unit) + reset[unit]! * product('h', state, unit)
          : sum('h', unit, scaled);
        return { h: (1 - update) * activate(hiddenSum) + update * state[unit]!, c: 0 };
      });
    });
    h = next.map((row) => row.map((each) => each.h));
    c = next.map((row) => row.map((each) => each.c));
    all[step] = h;
  }
  return { all, h, c };
}
