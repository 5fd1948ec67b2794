/**
 * Resize along one axis. All extents are known, so it is a fixed linear map: each element of the result is a weighted sum of
 * a few elements of the input. Formulas are those of ONNX's operator Resize.
 */

export interface Interpolation {
  readonly mode: 'nearest' | 'linear' | 'cubic';
  /** coordinate_transformation_mode */
  readonly coordinates: string;
  /** nearest_mode */
  readonly nearest: string;
  /** cubic_coeff_a */
  readonly cubic: number;
  readonly excludeOutside: boolean;
  readonly antialias: boolean;
}

export interface Stretch {
  /** Extents of the input and of the result. */
  readonly from: number;
  readonly to: number;
  readonly scale: number;
  /** Extent of the result before it was rounded. */
  readonly exact: number;
  /** Start and end of the region of interest of tf_crop_and_resize. */
  readonly roi: readonly [number, number];
}

/** One axis of a Resize by sizes, whose scale is their ratio. */
export function stretchTo(from: number, to: number): Stretch {
  return { from, to, scale: to / from, exact: to, roi: [0, 1] };
}

/** Elements of the input with their weights; null for an element outside of the input, in tf_crop_and_resize. */
export type Recipe = { readonly positions: readonly number[]; readonly weights: readonly number[] } | null;

/** One recipe for each element of the result; undefined for coordinates or a mode that ONNX does not have. */
export function recipesOf(settings: Interpolation, stretch: Stretch): readonly Recipe[] | undefined {
  const recipes = Array.from({ length: stretch.to }, (_, place) => {
    const x = coordinate(settings.coordinates, stretch, place);
    if (x === undefined) return undefined;
    if (settings.coordinates === 'tf_crop_and_resize' && (x < 0 || x > stretch.from - 1)) return null;
    return settings.mode === 'nearest' ? nearestTo(settings, stretch, x) : weighted(settings, stretch, x);
  });
  return recipes.some((recipe) => recipe === undefined)
    ? undefined
    : recipes.filter((recipe) => recipe !== undefined);
}

/** Position in the input of an element of the result. */
function coordinate(
  mode: string,
  { from, to, scale, exact, roi }: Stretch,
  place: number,
): number | undefined {
  const [start, end] = roi;
  const half = (place + 0.5) / scale - 0.5;
  switch (mode) {
    case 'half_pixel':
      return half;
    case 'half_pixel_symmetric':
      return (from / 2) * (1 - to / exact) + half;
    case 'pytorch_half_pixel':
      return exact > 1 ? half : 0;
    case 'asymmetric':
      return place / scale;
    case 'align_corners':
      return exact === 1 ? 0 : (place * (from - 1)) / (exact - 1);
    case 'tf_half_pixel_for_nn':
      return (place + 0.5) / scale;
    case 'tf_crop_and_resize':
      return exact === 1
        ? ((start + end) * (from - 1)) / 2
        : start * (from - 1) + (place * (end - start) * (from - 1)) / (exact - 1);
    default:
      return undefined;
  }
}

function nearestTo({ nearest }: Interpolation, { from }: Stretch, x: number): Recipe | undefined {
  const position = rounded(nearest, x);
  if (position === undefined) return undefined;
  return { positions: [Math.min(Math.max(position, 0), from - 1)], weights: [1] };
}

function rounded(mode: string, x: number): number | undefined {
  switch (mode) {
    case 'round_prefer_floor':
      return Math.ceil(x - 0.5);
    case 'round_prefer_ceil':
      return Math.floor(x + 0.5);
    case 'floor':
      return Math.floor(x);
    case 'ceil':
      return Math.ceil(x);
    default:
      return undefined;
  }
}

/** Positions outside are clamped to the edge. */
function weighted(settings: Interpolation, { from, scale }: Stretch, x: number): Recipe {
  // A position on an element has it as its right neighbour, at distance 1.
  const left = Math.ceil(x) - 1;
  const ratio = x - left;
  const shrink = settings.antialias ? Math.min(scale, 1) : 1;
  const support = settings.mode === 'linear' ? 1 : 2;
  const first = Math.floor(-support / shrink) + 1;
  const count = 2 - 2 * first;
  const kernel = settings.mode === 'linear' ? triangle : cubic(settings.cubic);
  const places = Array.from({ length: count }, (_, index) => first + index);
  const weights = places.map((place) => {
    const isOutside = left + place < 0 || left + place >= from;
    return settings.excludeOutside && isOutside ? 0 : kernel((place - ratio) * shrink);
  });
  const isScaled = settings.antialias || settings.excludeOutside;
  const sum = isScaled ? weights.reduce((a, b) => a + b, 0) : 1;
  return {
    positions: places.map((place) => Math.min(Math.max(left + place, 0), from - 1)),
    weights: weights.map((weight) => (sum === 0 ? 0 : weight / sum)),
  };
}

function triangle(distance: number): number {
  return Math.max(0, 1 - Math.abs(distance));
}

/** Keys, "Cubic convolution interpolation for digital image processing" (1981), with his a. */
function cubic(a: number): (distance: number) => number {
  return (distance) => {
    const d = Math.abs(distance);
    if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
    return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
  };
}
