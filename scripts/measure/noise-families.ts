/**
 * Families of timing noise with a known effect, to evaluate decision rules. Two sides are simulated turn by turn on one time line,
 * interleaved as the harness measures them, so that a disturbance of the machine affects the side whose turn it is.
 *
 * Magnitudes are those of live A/A runs on a shared 2-core machine (`measure:aa`): processes of the same program differ by 1 to
 * 3 %, samples within a process by 5 to 10 %.
 */
import { at } from '../../common/at.js';
import { randomFor, shuffled } from '../../runners/schedule/random.js';

export interface RandomSource {
  uniform(): number;
  normal(): number;
}

/** Random numbers from a stream that the purpose names. */
export function randomSource(seed: number, ...purpose: (string | number)[]): RandomSource {
  const uniform = randomFor(seed, ...purpose);
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal };
}

/** Disturbances of the machine: returns what is added to the logarithm of the next sample. */
type Disturbance = () => number;

export interface NoiseFamily {
  readonly name: string;
  /** Log effect that is constant for one process, such as that of its memory layout. */
  process(random: RandomSource): number;
  /** Log noise of one sample. */
  sample(random: RandomSource): number;
  disturbance(random: RandomSource): Disturbance;
}

const calm = (): Disturbance => () => 0;
const normalOf = (deviation: number) => (random: RandomSource) => deviation * random.normal();

export const noiseFamilies: readonly NoiseFamily[] = [
  { name: 'normal', process: normalOf(0.015), sample: normalOf(0.05), disturbance: calm },
  {
    name: 'log-normal',
    process: normalOf(0.015),
    sample: (random) => Math.log1p(0.05 * Math.exp(random.normal())),
    disturbance: calm,
  },
  {
    name: 'bimodal per process',
    process: (random) => (random.uniform() < 0.3 ? 0.05 : 0) + 0.005 * random.normal(),
    sample: normalOf(0.04),
    disturbance: calm,
  },
  {
    name: 'drift',
    process: normalOf(0.015),
    sample: normalOf(0.05),
    disturbance: (random) => {
      const slope = 0.2 * (random.uniform() - 0.5);
      let samples = 0;
      return () => (slope * samples++) / 2000;
    },
  },
  {
    name: 'autocorrelated',
    process: normalOf(0.015),
    sample: normalOf(0.02),
    disturbance: (random) => {
      let state = 0;
      return () => {
        state = 0.98 * state + 0.05 * Math.sqrt(1 - 0.98 ** 2) * random.normal();
        return state;
      };
    },
  },
  {
    name: 'heavy tail',
    process: (random) => 0.008 * student(random, 3),
    sample: (random) => 0.03 * Math.abs(student(random, 2)),
    disturbance: calm,
  },
  {
    name: 'periodic interference',
    process: normalOf(0.015),
    sample: normalOf(0.04),
    disturbance: (random) => {
      const [period, offset] = [37 + 60 * random.uniform(), 100 * random.uniform()];
      let samples = 0;
      return () => ((samples++ + offset) % period < period / 5 ? 0.2 : 0);
    },
  },
  {
    name: 'steal bursts',
    process: normalOf(0.015),
    sample: normalOf(0.04),
    disturbance: (random) => {
      let remaining = 0;
      return () => {
        if (remaining > 0) remaining--;
        else if (random.uniform() < 0.004) remaining = Math.ceil(60 * random.uniform());
        return remaining > 0 ? 0.4 : 0;
      };
    },
  },
  { name: 'processes far apart', process: normalOf(0.022), sample: normalOf(0.08), disturbance: calm },
];

function student(random: RandomSource, degrees: number): number {
  const squares = Array.from({ length: degrees }, () => random.normal() ** 2);
  return random.normal() / Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / degrees);
}

const turnsOfRound = 4;
const samplesOfTurn = 10;

/** Log times of one round: a new process for each side, turns in random order. */
export interface Round {
  readonly baseline: readonly number[];
  readonly candidate: readonly number[];
}

/** An infinite sequence of rounds. @param effect true log ratio of the candidate to the baseline */
export function* roundsOf(
  family: NoiseFamily,
  effect: number,
  random: RandomSource,
): Generator<Round, never> {
  const rounds = groupRounds(family, [0, effect], random);
  for (;;) {
    const sides = rounds.next().value;
    yield { baseline: at(sides, 0), candidate: at(sides, 1) };
  }
}

/** Log times of each round of several sides. @param effects true log time of each side */
export function* groupRounds(
  family: NoiseFamily,
  effects: readonly number[],
  random: RandomSource,
): Generator<readonly (readonly number[])[], never> {
  const disturbance = family.disturbance(random);
  for (;;) {
    const sides = effects.map((effect) => ({
      level: family.process(random) + effect,
      samples: [] as number[],
    }));
    for (let block = 0; block < turnsOfRound; block++) {
      for (const side of shuffled(sides, random.uniform)) {
        for (let i = 0; i < samplesOfTurn; i++)
          side.samples.push(side.level + family.sample(random) + disturbance());
      }
    }
    yield sides.map(({ samples }) => samples);
  }
}
