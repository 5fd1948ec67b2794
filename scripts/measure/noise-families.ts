/**
 * What timings of two sides look like on machines that are not quiet: families of noise with a known truth, to judge rules
 * by. Two interleaved sides are drawn turn by turn on one time line, as the harness measures them: whatever happens to the
 * machine happens to whoever has his turn.
 *
 * Sizes follow what live A/A runs show on a shared 2-core machine (README, `measure:aa`): processes of one program differ
 * by 1 to 3 %, samples within one by 5 to 10 %.
 */
export interface Draw {
  uniform(): number;
  normal(): number;
}

/** One time line: what the machine adds to the logarithm of the next sample. */
type Weather = () => number;

export interface NoiseFamily {
  readonly name: string;
  /** Persistent log effect of one process: where its memory and code came to lie. */
  process(draw: Draw): number;
  /** Log noise of one sample. */
  sample(draw: Draw): number;
  weather(draw: Draw): Weather;
}

const calm = (): Weather => () => 0;
const normalOf = (deviation: number) => (draw: Draw) => deviation * draw.normal();

export const noiseFamilies: readonly NoiseFamily[] = [
  { name: 'normal', process: normalOf(0.015), sample: normalOf(0.05), weather: calm },
  {
    name: 'log-normal',
    process: normalOf(0.015),
    sample: (draw) => Math.log1p(0.05 * Math.exp(draw.normal())),
    weather: calm,
  },
  {
    name: 'bimodal per process',
    process: (draw) => (draw.uniform() < 0.3 ? 0.05 : 0) + 0.005 * draw.normal(),
    sample: normalOf(0.04),
    weather: calm,
  },
  {
    name: 'drift',
    process: normalOf(0.015),
    sample: normalOf(0.05),
    weather: (draw) => {
      const slope = 0.2 * (draw.uniform() - 0.5);
      let samples = 0;
      return () => (slope * samples++) / 2000;
    },
  },
  {
    name: 'autocorrelated',
    process: normalOf(0.015),
    sample: normalOf(0.02),
    weather: (draw) => {
      let state = 0;
      return () => {
        state = 0.98 * state + 0.05 * Math.sqrt(1 - 0.98 ** 2) * draw.normal();
        return state;
      };
    },
  },
  {
    name: 'heavy tail',
    process: (draw) => 0.008 * student(draw, 3),
    sample: (draw) => 0.03 * Math.abs(student(draw, 2)),
    weather: calm,
  },
  {
    name: 'periodic interference',
    process: normalOf(0.015),
    sample: normalOf(0.04),
    weather: (draw) => {
      const [period, offset] = [37 + 60 * draw.uniform(), 100 * draw.uniform()];
      let samples = 0;
      return () => ((samples++ + offset) % period < period / 5 ? 0.2 : 0);
    },
  },
  {
    name: 'steal bursts',
    process: normalOf(0.015),
    sample: normalOf(0.04),
    weather: (draw) => {
      let left = 0;
      return () => {
        if (left > 0) left--;
        else if (draw.uniform() < 0.004) left = Math.ceil(60 * draw.uniform());
        return left > 0 ? 0.4 : 0;
      };
    },
  },
  { name: 'processes far apart', process: normalOf(0.022), sample: normalOf(0.08), weather: calm },
];

function student(draw: Draw, degrees: number): number {
  const squares = Array.from({ length: degrees }, () => draw.normal() ** 2);
  return draw.normal() / Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / degrees);
}

const turnsOfRound = 4;
const samplesOfTurn = 10;

/** Log times of one round: a fresh process for each side, turns in random order. */
export interface Round {
  readonly baseline: readonly number[];
  readonly candidate: readonly number[];
}

/** Rounds without end, of a candidate whose true log ratio to the baseline is `effect`. */
export function* roundsOf(family: NoiseFamily, effect: number, draw: Draw): Generator<Round, never> {
  const weather = family.weather(draw);
  for (;;) {
    const sides = [
      { level: family.process(draw), samples: [] as number[] },
      { level: family.process(draw) + effect, samples: [] as number[] },
    ];
    for (let block = 0; block < turnsOfRound; block++) {
      const order = draw.uniform() < 0.5 ? sides : [...sides].reverse();
      for (const side of order) {
        for (let i = 0; i < samplesOfTurn; i++)
          side.samples.push(side.level + family.sample(draw) + weather());
      }
    }
    yield { baseline: sides[0]?.samples ?? [], candidate: sides[1]?.samples ?? [] };
  }
}
