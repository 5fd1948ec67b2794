/**
 * A worker in a frame of a visitor's page. It has no process: it cannot be stopped or bound, and what it takes of processors and
 * memory is not known. The frame is made for the worker and removed behind it.
 */
import { PassThrough } from 'node:stream';
import type { BrowserTarget } from '../../../../adapters/adapter.js';
import { openChannel } from '../../../protocol/channel.js';
import { WorkerFailure } from '../../../protocol/failure.js';
import { maxLineBytes, readLines } from '../../../protocol/lines.js';
import type { Worker } from '../../../protocol/worker.js';
import type { LaunchOptions } from '../../host.js';
import { packageVersions } from '../../packages.js';
import { accessOf, bodyOf } from '../requests.js';
import { type PageRoutes, pageRoutes } from '../routes.js';
import { noReadings, servedOf } from '../served.js';
import { browserOf, machineOf } from './facts.js';
import type { VisitorFrame, VisitorPage } from './page.js';

/** How long a frame may take until it speaks. */
const openMs = 60_000;

/**
 * @param target of the browser host, whose page this is
 * @param program the page's program
 */
export function startInFrame(
  { target: { name: subject }, deadlineMs }: LaunchOptions,
  target: BrowserTarget,
  program: string,
  visitor: VisitorPage,
): Worker {
  const [requests, replies] = [new PassThrough(), new PassThrough()];
  let ended: WorkerFailure | undefined;
  const end = (why: string) => {
    ended ??= new WorkerFailure({ kind: 'exited', status: null }, `${subject} ended: ${why}`);
    channel.fail(ended);
  };
  const opening = setTimeout(
    () => visitor.lose(`a frame in the browser of the visitor did not open within ${openMs / 1_000} s`),
    openMs,
  );
  let hasOpened = false;
  const onBoot = () => {
    clearTimeout(opening);
    if (hasOpened) end('the page was loaded a second time');
    hasOpened = true;
  };
  const routes = frameRoutes(target, program, visitor, {
    onBoot,
    onReply: (line) => void replies.write(`${line}\n`),
    onFailure: (reason) => end(`the page failed: ${reason}`),
  });
  const frame = visitor.open(routes);
  const channel = openChannel({
    subject,
    requests,
    replies,
    explainEnd: async () =>
      ended ?? new WorkerFailure({ kind: 'protocol-error' }, `${subject} closed its replies`),
  });
  readLines(requests, maxLineBytes, {
    line: (line) => pass(line, routes, frame),
    tooLong: () => end(`a request of more than ${maxLineBytes} bytes`),
    end: () => undefined,
  });
  const kill = async () => {
    clearTimeout(opening);
    end('it was ended by Touchstone');
    requests.destroy();
    await frame.close();
  };
  return {
    async request(body, ownDeadlineMs = deadlineMs) {
      await visitor.inFront();
      try {
        return await channel.request(body, ownDeadlineMs);
      } catch (error) {
        if (error instanceof WorkerFailure && error.kind !== 'refused') void kill();
        throw error;
      }
    },
    pause: () => undefined,
    resume: () => undefined,
    moveTo: async () => undefined,
    kill,
  };
}

function pass(line: string, routes: PageRoutes, frame: VisitorFrame): void {
  const body = bodyOf(line);
  const access = body && accessOf(body);
  if (access) routes.allow(access);
  frame.send(line);
}

interface FrameEvents {
  onBoot(): void;
  onReply(line: string): void;
  onFailure(reason: string): void;
}

function frameRoutes(
  target: BrowserTarget,
  program: string,
  { facts }: VisitorPage,
  { onBoot, onReply, onFailure }: FrameEvents,
): PageRoutes {
  return pageRoutes({
    ...servedOf(target, program),
    ...noReadings,
    boot() {
      onBoot();
      return {
        runtime: browserOf(facts.userAgent),
        cpuName: machineOf(facts).cpu,
        versions: packageVersions(target),
      };
    },
    onReply,
    onPage(event) {
      if (event.event === 'failed') onFailure(event.reason);
    },
  });
}
