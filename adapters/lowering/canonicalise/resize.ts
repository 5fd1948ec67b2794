/** Resize and Upsample: the operation Resize where its settings suffice, else one axis after the other. */
import { at } from '../../../common/at.js';
import { elementCount } from '../../../model/graph.js';
import {
  type GraphNode,
  integer,
  integers,
  number,
  optionalInput,
  requiredIntegers,
  text,
} from '../attributes.js';
import { stretched } from '../decompositions/resize.js';
import { one } from '../operations/emitter.js';
import type { Interpolation, Stretch } from '../operations/interpolation.js';
import { imageAxes } from '../operations/layout.js';
import type { Operand } from '../operations/operation.js';
import type { Planner } from '../planner.js';
import { refuse } from '../refusal.js';
import {
  type Canonicaliser,
  type Canonicalisers,
  inputOf,
  isInteger,
  outputOf,
  positive,
} from './canonicaliser.js';

/** An ONNX axis that is resized. */
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
  old(node, p, p.graph.opset < 9 ? requiredIntegers(node, 'scales') : p.numbers(inputOf(node, 1)));
};

/**
 * Before operator set 11, without settings: `nearest` takes the element before a position, or in downsampling the one after
 * it, as ONNX Runtime does.
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
    refuse('mode nearest with scales both below and above 1 is not supported');
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
  const from = at(shape, axis);
  return { axis, from, to: at(p.shape(outputOf(node)), axis), scale, exact: scale * from, roi };
}

/** The axes that are resized, by scales or by sizes. */
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
  if (isCropped && roi.length !== 2 * axes.length)
    refuse('tf_crop_and_resize without a roi for every axis is not supported');
  const part = (index: number) =>
    isCropped ? ([at(roi, index), at(roi, index + axes.length)] as const) : ([0, 1] as const);
  const scales = list(2);
  if (scales.length > 0) {
    return axes
      .map((axis, index) => scaled(node, p, shape, axis, at(scales, index), part(index)))
      .filter(changes);
  }
  const sizes = list(3);
  if (sizes.length !== axes.length) refuse(`${sizes.length} sizes for ${axes.length} axes are not supported`);
  const ratios = axes.map((axis, index) => at(sizes, index) / at(shape, axis));
  const policy = text(node, 'keep_aspect_ratio_policy', 'stretch');
  const common = policyScale(policy, ratios);
  return axes
    .map((axis, index) => {
      const own = scaled(node, p, shape, axis, common ?? at(ratios, index), part(index));
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
  if (settings.mode !== 'nearest' && (isInteger(p.type(name)) || p.type(name) === 'bool')) {
    refuse(`mode ${settings.mode} is not supported for ${p.type(name)}`);
  }
  const rank = p.shape(name).length;
  if (changed.length > 0 && isSimple(settings, changed, rank)) {
    const axes = imageAxes(p.capabilities.channels, rank);
    const x = p.arranged(name, axes);
    const output = p.shape(outputOf(node));
    const result = { type: x.type, shape: axes.map((axis) => at(output, axis)) };
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

/** Whether the operation Resize suffices: only spatial axes, and scales that are the ratio of the sizes. */
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
