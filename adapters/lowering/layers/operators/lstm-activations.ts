/** The activations of an LSTM that Keras's layer can take: one for the gates, and one for both uses of the cell. */
import { type GraphNode, texts } from '../../attributes.js';
import { refuse } from '../../refusal.js';
import { sameList } from '../../value.js';
import type { CellActivation, GateActivation } from '../layer-plan.js';

const ofGates: Readonly<Record<string, GateActivation>> = { sigmoid: 'sigmoid', hardsigmoid: 'hardSigmoid' };
const ofCells: Readonly<Record<string, CellActivation>> = { tanh: 'tanh', relu: 'relu' };

export function gateActivations(node: GraphNode): {
  readonly activation: CellActivation;
  readonly recurrentActivation: GateActivation;
} {
  const names = texts(node, 'activations', ['Sigmoid', 'Tanh', 'Tanh']);
  const [first = '', second = '', third = ''] = names.map((name) => name.toLowerCase());
  const [gates, cell] = [ofGates[first], ofCells[second]];
  const isAlike = names.length === 3 || sameList(names.slice(0, 3), names.slice(3));
  if (!gates || !cell || second !== third || !isAlike) refuse(`with activations ${names}`);
  // Only the defaults of HardSigmoid are what frameworks know by that name.
  for (const [name, usual] of [
    ['activation_alpha', 0.2],
    ['activation_beta', 0.5],
  ] as const) {
    const given = node.attributes[name];
    const others = Array.isArray(given)
      ? given.filter((value) => Math.abs(Number(value) - usual) > 1e-6)
      : [];
    if (others.length > 0) refuse(`with ${name} ${others}`);
  }
  return { activation: cell, recurrentActivation: gates };
}
