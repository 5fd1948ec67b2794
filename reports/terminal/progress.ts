/** Live progress: a bar with time left on a terminal, a line every few seconds in a log. */
import { Presets, SingleBar } from 'cli-progress';
import type { Observer } from '../../common/run/observer.js';

/** The log of a CI service should show that something happens, not every cell. */
const minIntervalMs = 5_000;

export interface Progress extends Observer {
  /** Takes the bar off the terminal. */
  finish(): void;
}

export function makeProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  return stream.isTTY ? barProgress(stream) : lineProgress(stream);
}

function barProgress(stream: NodeJS.WriteStream): Progress {
  const format = '{stage} {bar} {value}/{total}  {eta_formatted} left  {label}';
  const options = { format, stream, clearOnComplete: true, hideCursor: true, etaBuffer: 20, barsize: 24 };
  let bar: SingleBar | undefined;
  const finish = () => {
    bar?.stop();
    bar = undefined;
  };
  return {
    stage(name, steps) {
      finish();
      bar = new SingleBar(options, Presets.shades_classic);
      bar.start(steps, 0, { stage: name, label: '' });
    },
    step: (label) => bar?.increment({ label }),
    note: (line) => stream.write(`${bar ? '\n' : ''}${line}\n`),
    finish,
  };
}

function lineProgress(stream: NodeJS.WriteStream): Progress {
  let stage = { name: '', steps: 0, done: 0, startedMs: 0 };
  let saidMs = 0;
  return {
    stage(name, steps) {
      stage = { name, steps, done: 0, startedMs: performance.now() };
      saidMs = 0;
      stream.write(`${name}: ${steps} steps\n`);
    },
    step(label) {
      stage.done += 1;
      const nowMs = performance.now();
      if (nowMs - saidMs < minIntervalMs && stage.done < stage.steps) return;
      saidMs = nowMs;
      const leftS = ((nowMs - stage.startedMs) / stage.done) * ((stage.steps - stage.done) / 1000);
      stream.write(
        `${stage.name}: ${stage.done}/${stage.steps}, about ${Math.ceil(leftS)} s left (${label})\n`,
      );
    },
    note: (line) => stream.write(`${line}\n`),
    finish: () => undefined,
  };
}
