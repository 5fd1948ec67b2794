/** Guesses shapes for what a model leaves open, from the names that exporters and their users give inputs and dimensions. */
import { elementCount } from '../graph.js';
import type { RawInput, RawModel } from '../import/raw-model.js';
import { indexRanges } from './index-ranges.js';
import type { Range } from './random-inputs.js';

/** Extents that names do not tell. */
export interface Sizes {
  /** Height and width. */
  readonly pixels: number;
  /** Tokens, frames or steps. */
  readonly steps: number;
  /** Of a waveform. */
  readonly samples: number;
}

export const usualSizes: Sizes = { pixels: 224, steps: 128, samples: 16_000 };

/** What models take that do not take the usual sizes: windows of audio, powers of two, and what is small. */
export const otherSizes: readonly Sizes[] = [
  { pixels: 256, steps: 512, samples: 512 },
  { pixels: 64, steps: 16, samples: 48_000 },
  { pixels: 32, steps: 1, samples: 1 },
];

/** The first that matches a dimension's name decides. Numbered names of exporters say nothing. */
const dimensionNames: readonly (readonly [RegExp, (sizes: Sizes) => number])[] = [
  [/batch|^(n|b|bs)$/, () => 1],
  [/height|width|^(h|w)$|pixel/, ({ pixels }) => pixels],
  [/channel|^c$/, () => 3],
  [/sample|audio|wav/, ({ samples }) => samples],
  [/seq|len|token|time|step|frame|past|text|word|^(t|l|s)$/, ({ steps }) => steps],
  [/^(num|count)/, () => 1],
];
const isNumbered = /dynamic_axes|dim_?\d|^unk_|^[su]\d+$|\?/;
const isAudio = /audio|wav|speech|signal|pcm|sound/;
const isLength = /(^|_)(len|lens|length|lengths)$/;
const isState = /state|hidden|cell|^(h|c)[_\dn]*$/;
const isRate = /^(sr|rate|sampl\w*_?rate)$/;

/**
 * A shape for each of the inputs.
 *
 * @param extents symbolic dimensions that are known; adds those that are guessed
 */
export function guessShapes(
  inputs: readonly RawInput[],
  extents: Map<string, number>,
  sizes: Sizes = usualSizes,
): Record<string, number[]> {
  const guessed = inputs.map((input) => [input.name, guessShape(input, extents, sizes)] as const);
  return Object.fromEntries(guessed);
}

/**
 * Ranges for integer inputs: the rows of the tables that they index; the whole length where their name says that they are one;
 * 16 kHz for a sampling rate.
 *
 * @param shapes of all inputs
 */
export function guessRanges(
  model: RawModel,
  shapes: Readonly<Record<string, readonly number[]>>,
): Record<string, Range> {
  const lengths = model.inputs.flatMap(({ name, shape }) =>
    (shape ?? []).flatMap((extent, axis) => (typeof extent === 'string' ? (shapes[name]?.[axis] ?? []) : [])),
  );
  const longest = Math.max(0, ...lengths);
  const settings = model.inputs.filter(({ name, type }) => {
    return type.includes('int') && (shapes[name]?.length ?? 0) <= 1 && elementCount(shapes[name] ?? []) <= 8;
  });
  const named = settings.flatMap(({ name }): [string, Range][] => {
    if (isRate.test(name.toLowerCase())) return [[name, [16_000, 16_000]]];
    return isLength.test(name.toLowerCase()) && longest > 1 ? [[name, [longest, longest]]] : [];
  });
  // A range of one value would make a constant of the input.
  const indices = Object.entries(indexRanges(model)).filter(([, [low, high]]) => low < high);
  return Object.fromEntries([...indices, ...named]);
}

function guessShape(input: RawInput, extents: Map<string, number>, sizes: Sizes): number[] {
  const { shape, type } = input;
  if (!shape) return type.startsWith('int') ? [1, sizes.steps] : [1, 3, sizes.pixels, sizes.pixels];
  return shape.map((extent, axis) => {
    if (typeof extent === 'number') return extent;
    const guessed =
      extents.get(extent) ??
      sumOf(extent, extents, sizes) ??
      byName(extent, sizes) ??
      byPosition(input, axis, sizes);
    if (extent !== '') extents.set(extent, guessed);
    return guessed;
  });
}

function byName(name: string, sizes: Sizes): number | undefined {
  const lower = name.toLowerCase();
  if (isNumbered.test(lower)) return undefined;
  return dimensionNames.find(([pattern]) => pattern.test(lower))?.[1](sizes);
}

/** Of `past_sequence_length + 1`, where all terms are numbers, known, or known by name; undefined for anything else. */
function sumOf(text: string, extents: ReadonlyMap<string, number>, sizes: Sizes): number | undefined {
  const terms = text.split('+').map((term) => term.trim());
  if (terms.length < 2) return undefined;
  const extentsOf = terms.map((term) =>
    /^\d+$/.test(term) ? Number(term) : (extents.get(term) ?? byName(term, sizes)),
  );
  return extentsOf.every((extent) => extent !== undefined)
    ? extentsOf.reduce((sum, extent) => sum + extent, 0)
    : undefined;
}

function byPosition({ name, shape = [] }: RawInput, axis: number, sizes: Sizes): number {
  if (axis === 0 && shape.length > 1) return 1;
  const isLast = axis === shape.length - 1;
  if (isLast && shape.length <= 3 && isAudio.test(name.toLowerCase())) return sizes.samples;
  if (shape.length === 4) {
    const isChannelsLast = shape[3] === 1 || shape[3] === 3;
    const isPixelAxis = isChannelsLast ? axis === 1 || axis === 2 : axis > 1;
    return isPixelAxis ? sizes.pixels : 3;
  }
  // States of recurrent layers are [layers, batch, hidden].
  const isSequence =
    shape.length === 3 ? axis === 1 && !isState.test(name.toLowerCase()) : shape.length === 2;
  return isSequence ? sizes.steps : 1;
}
