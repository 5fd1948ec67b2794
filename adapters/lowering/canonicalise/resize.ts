/** Resize and Upsample: by the framework's own operation where the settings are simple, else one axis after the other. */
import { elementCount } from '../../../model/graph.js';
import { type GraphNode, integer, integers, decimal as number, optionalInput, text } from '../attributes.js';
import { stretched } from '../decompositions/resize.js';
import { one } from '../operations/emitter.js';
import type { Interpolation, Stretch } from '../operations/interpolation.js';
import { pictureAxes } from '../operations/layout.js';
import type { Operand } from '../operations/operation.js';
import type { Planner } from '../planner.js';
import { refuse } from '../refusal.js';
import {
  type Canonicaliser,
  type Canonicalisers,
  inputOf,
  isWhole,
  outputOf,
  positive,
} from './canonicaliser.js';

/** One that changes, by its ONNX number. */
interface Stretched extends Stretch {
  readonly axis: number;
}

const modes = ['nearest', 'linear', 'cubic'] as const;

function modeOf(node: GraphNode): Interpolation['mode'] {
  const given = text(node, 'mode', 'nearest');
  return modes.find((mode) => mode === given) ?? refuse(`mode ${given} is not supported`);
}

const resize: Canonicaliser = (node, p) => {
  if (p.graph.opset < 11) {
    old(node, p, p.numbers(inputOf(node, 1)));
    return;
  }
  const settings: Interpolation = {
    mode: modeOf(node),
    coordinates: text(node, 'coordinate_transformation_mode', 'half_pixel'),
    nearest: text(node, 'nearest_mode', 'round_prefer_floor'),
    cubic: number(node, 'cubic_coeff_a', -0.75),
    excludeOutside: integer(node, 'exclude_outside', 0) !== 0,
    antialias: integer(node, 'antialias', 0) !== 0,
  };
  if (settings.mode === 'nearest' && (settings.antialias || settings.excludeOutside)) {
    refuse('antialias or exclude_outside with mode nearest is not supported');
  }
  resized(
    node,
    p,
    settings,
    changesOf(node, p, settings.coordinates),
    number(node, 'extrapolation_value', 0),
  );
};

const upsample: Canonicaliser = (node, p) => {
  old(node, p, p.graph.opset < 9 ? integers(node, 'scales') : p.numbers(inputOf(node, 1)));
};

/**
 * Before operator set 11, when there were no settings: of the nearest element that before a position, or in shrinking that
 * behind it, as ONNX Runtime has it.
 */
function old(node: GraphNode, p: Planner, scales: readonly number[]): void {
  const settings = {
    mode: modeOf(node),
    coordinates: 'asymmetric',
    nearest: scales.some((scale) => scale < 1) ? 'ceil' : 'floor',
    cubic: -0.75,
    excludeOutside: false,
    antialias: false,
  };
  if (settings.mode === 'cubic') refuse('mode cubic is not supported');
  if (settings.mode === 'nearest' && settings.nearest === 'ceil' && scales.some((scale) => scale > 1)) {
    refuse('shrinking one axis and stretching another is not supported');
  }
  const from = p.shape(inputOf(node, 0));
  const all = scales.map((scale, axis) => scaled(node, p, from, axis, scale));
  resized(node, p, settings, all.filter(changes), 0);
}

function changes({ from, to, scale, roi }: Stretched): boolean {
  return from !== to || Math.abs(scale - 1) > 1e-9 || roi[0] !== 0 || roi[1] !== 1;
}

function scaled(
  node: GraphNode,
  p: Planner,
  shape: readonly number[],
  axis: number,
  scale: number,
  roi: readonly [number, number] = [0, 1],
): Stretched {
  const from = shape[axis] ?? 1;
  return { axis, from, to: p.shape(outputOf(node))[axis] ?? 1, scale, exact: scale * from, roi };
}

/** The axes that change, by scales or by sizes. */
function changesOf(node: GraphNode, p: Planner, coordinates: string): readonly Stretched[] {
  const shape = p.shape(inputOf(node, 0));
  const given = integers(node, 'axes', [...shape.keys()]);
  const axes = given.map((axis) => positive(axis, shape.length));
  const list = (position: number): readonly number[] => {
    const name = optionalInput(node, position);
    return name === undefined || elementCount(p.shape(name)) === 0 ? [] : p.numbers(name);
  };
  const isCropped = coordinates === 'tf_crop_and_resize';
  const roi = isCropped ? list(1) : [];
  if (isCropped && roi.length !== 2 * axes.length) refuse('tf_crop_and_resize needs a roi for every axis');
  const part = (index: number) => [roi[index] ?? 0, roi[index + axes.length] ?? 1] as const;
  const scales = list(2);
  if (scales.length > 0) {
    return axes
      .map((axis, index) => scaled(node, p, shape, axis, scales[index] ?? 1, part(index)))
      .filter(changes);
  }
  const ratios = axes.map((axis, index) => (list(3)[index] ?? 1) / (shape[axis] ?? 1));
  if (list(3).length !== axes.length) refuse('sizes and axes differ in number');
  const policy = text(node, 'keep_aspect_ratio_policy', 'stretch');
  const common = policyScale(policy, ratios);
  return axes
    .map((axis, index) => {
      const own = scaled(node, p, shape, axis, common ?? ratios[index] ?? 1, part(index));
      return common === undefined ? { ...own, exact: own.to } : own;
    })
    .filter(changes);
}

function policyScale(policy: string, ratios: readonly number[]): number | undefined {
  if (policy === 'stretch') return undefined;
  if (policy === 'not_larger') return Math.min(...ratios);
  return policy === 'not_smaller'
    ? Math.max(...ratios)
    : refuse(`keep_aspect_ratio_policy ${policy} is not supported`);
}

function resized(
  node: GraphNode,
  p: Planner,
  settings: Interpolation,
  changed: readonly Stretched[],
  outside: number,
): void {
  const name = inputOf(node, 0);
  if (settings.mode !== 'nearest' && (isWhole(p.type(name)) || p.type(name) === 'bool')) {
    refuse(`mode ${settings.mode} is not supported for ${p.type(name)}`);
  }
  const rank = p.shape(name).length;
  if (changed.length > 0 && isSimple(settings, changed, rank)) {
    const axes = pictureAxes(p.capabilities.channels, rank);
    const x = p.arranged(name, axes);
    const output = p.shape(outputOf(node));
    const result = { type: x.type, shape: axes.map((axis) => output[axis] ?? 1) };
    const { mode, coordinates, nearest } = settings;
    const own = { mode, coordinates, nearest, sizes: output.slice(2) };
    p.define(outputOf(node), one(p, 'Resize', own, [x], result), axes);
    return;
  }
  const { operand, axes } = p.value(name);
  const found = changed.reduce<Operand>(
    (whole, { axis, ...stretch }) =>
      stretched(p, whole, axes.indexOf(axis), settings, stretch, outside) ??
      refuse(
        `coordinate_transformation_mode ${settings.coordinates} with nearest_mode ${settings.nearest} is not supported`,
      ),
    operand,
  );
  p.define(outputOf(node), found, axes);
}

/** Whether sizes say all: spatial axes only, and no scale that is not their ratio. */
function isSimple(settings: Interpolation, changed: readonly Stretched[], rank: number): boolean {
  if (settings.excludeOutside || settings.antialias || settings.coordinates === 'tf_crop_and_resize')
    return false;
  if (settings.mode === 'cubic' && settings.cubic !== -0.75) return false;
  if (rank < 3 || rank > 5) return false;
  return changed.every(
    ({ axis, from, to, scale, exact }) =>
      axis >= 2 && exact === to && Math.abs(scale - to / from) <= 1e-9 * scale,
  );
}

export const resizing: Canonicalisers = { Resize: resize, Upsample: upsample };
