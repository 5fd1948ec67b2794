/** Live progress: a bar with time left and the standings on a terminal, a line every few seconds in a log. */
import { Presets, SingleBar } from 'cli-progress';
import type { Observer } from '../../common/run/observer.js';
import { plain } from '../../common/text.js';
import { standingsLines, standingsNow } from './standings.js';

/** The log of a CI service should show that something happens, not every cell. */
const minIntervalMs = 5_000;
/** Of a run's time, what its standings may take: they are worked out while nothing is measured. */
export const maxStandingsShare = 0.03;

export interface Progress extends Observer {
  /** Takes the bar and the standings off the terminal. */
  finish(): void;
}

export function makeProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  return stream.isTTY ? barProgress(stream) : lineProgress(stream);
}

/** A stage that is going on. */
interface Stage {
  readonly name: string;
  readonly steps: number;
  readonly limitMs: number | undefined;
  readonly startedMs: number;
  done: number;
  /** When it is likely to be done; undefined while too little of it is. */
  endMs: number | undefined;
}

function newStage(name: string, steps: number, limitMs: number | undefined): Stage {
  return { name, steps, limitMs, startedMs: performance.now(), done: 0, endMs: undefined };
}

/** Share of its steps, and their number, from which on the pace of a stage says something of the rest: single steps differ a lot. */
const [leastShare, leastSteps] = [0.2, 2];
/** How far a step moves the expected end towards that of the pace so far. */
const easing = 0.3;

function oneStep(stage: Stage): void {
  stage.done += 1;
  const { steps, startedMs, done, endMs } = stage;
  if (done < Math.max(leastSteps, leastShare * steps)) return;
  const nowMs = performance.now();
  const atPaceMs = nowMs + ((nowMs - startedMs) / done) * (steps - done);
  stage.endMs = endMs === undefined ? atPaceMs : Math.max(nowMs, endMs + easing * (atPaceMs - endMs));
}

/** Until the limit of a stage, or at its pace; empty while that is not known. */
function leftText({ limitMs, startedMs, endMs }: Stage): string {
  const nowMs = performance.now();
  if (limitMs !== undefined) return `at most ${seconds(startedMs + limitMs - nowMs)} left`;
  return endMs === undefined ? '' : `about ${seconds(endMs - nowMs)} left`;
}

function seconds(ms: number): string {
  return `${Math.max(0, Math.ceil(ms / 1000))} s`;
}

/** Works something out no more often than it is cheap: undefined where it was too short a time ago. */
export function affordable<Given, Made>(make: (given: Given) => Made): (given: Given) => Made | undefined {
  let notBeforeMs = 0;
  return (given) => {
    const startMs = performance.now();
    if (startMs < notBeforeMs) return undefined;
    const made = make(given);
    const endMs = performance.now();
    notBeforeMs = endMs + (endMs - startMs) / maxStandingsShare;
    return made;
  };
}

function barProgress(stream: NodeJS.WriteStream): Progress {
  const format = '{stage} {bar} {count}  {left}  {label}';
  const options = { format, stream, clearOnComplete: true, hideCursor: true, barsize: 24 };
  const standings = affordable(standingsNow);
  let stage: Stage | undefined;
  let bar: SingleBar | undefined;
  let label = '';
  /** Lines of standings that stand right above the bar. */
  let lines = 0;
  const progressOf = ({ steps, limitMs, startedMs, done }: Stage) =>
    limitMs === undefined ? done / steps : Math.min(1, (performance.now() - startedMs) / limitMs);
  const payload = (current: Stage) => ({
    stage: current.name,
    count: current.limitMs === undefined ? `${current.done}/${current.steps}` : '',
    left: leftText(current),
    label,
  });
  const show = () => {
    if (!stage) return;
    bar = new SingleBar(options, Presets.shades_classic);
    bar.start(1, progressOf(stage), payload(stage));
  };
  const hide = () => {
    bar?.stop();
    bar = undefined;
  };
  const erase = () => {
    if (lines > 0) stream.write(`\u001b[${lines}A\u001b[J`);
    lines = 0;
  };
  return {
    stage(name, steps, limitMs) {
      hide();
      label = '';
      stage = newStage(name, steps, limitMs);
      show();
    },
    step(what) {
      if (!stage) return;
      oneStep(stage);
      label = plain(what);
      bar?.update(progressOf(stage), payload(stage));
    },
    round(run) {
      const found = standings(run);
      if (!found) return;
      label = found.progress;
      hide();
      erase();
      // The bar has a line of its own, and the cursor another.
      const block = standingsLines(found, stream.columns - 1, stream.rows - 3);
      stream.write(block.map((line) => `${line}\n`).join(''));
      lines = block.length;
      show();
    },
    note(line) {
      hide();
      stream.write(`${plain(line)}\n`);
      // What stands above a note stays there.
      lines = 0;
      show();
    },
    finish() {
      hide();
      erase();
      stage = undefined;
    },
  };
}

function lineProgress(stream: NodeJS.WriteStream): Progress {
  let stage = newStage('', 0, undefined);
  let saidMs = Number.NEGATIVE_INFINITY;
  let standingsMs = Number.NEGATIVE_INFINITY;
  const standings = affordable(standingsNow);
  const sayNow = (line: string) => {
    saidMs = performance.now();
    stream.write(`${plain(line)}\n`);
  };
  return {
    stage(name, steps, limitMs) {
      stage = newStage(name, steps, limitMs);
      sayNow(`${name}: ${limitMs === undefined ? `${steps} steps` : `at most ${seconds(limitMs)}`}`);
      if (limitMs === undefined) saidMs = Number.NEGATIVE_INFINITY;
    },
    step(label) {
      oneStep(stage);
      // Where rounds say more as they end, steps are only signs of life.
      const intervalMs = stage.limitMs === undefined ? minIntervalMs : 3 * minIntervalMs;
      if (performance.now() - saidMs < intervalMs && stage.done < stage.steps) return;
      const count = stage.limitMs === undefined ? `${stage.done}/${stage.steps}` : '';
      const known = [count, leftText(stage)].filter(Boolean).join(', ');
      sayNow(`${stage.name}: ${known} (${label})`);
    },
    round(run) {
      if (performance.now() - standingsMs < minIntervalMs) return;
      const found = standings(run);
      if (!found) return;
      standingsMs = performance.now();
      sayNow([`${found.progress}, ${found.left}`, found.leaders].filter(Boolean).join('; '));
    },
    note: (line) => stream.write(`${plain(line)}\n`),
    finish: () => undefined,
  };
}
