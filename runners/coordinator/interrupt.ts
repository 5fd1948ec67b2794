/** Ctrl-C and its relatives: the first asks the run to end well, the second ends it at once. */

export interface Interrupt {
  readonly signal: AbortSignal;
  /** 128 + the signal's number, as shells report it; undefined while nothing came. */
  exitStatus(): number | undefined;
  dispose(): void;
}

const numbers = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

export function listenForInterrupt(say: (line: string) => void): Interrupt {
  const controller = new AbortController();
  let status: number | undefined;
  const handlers = Object.entries(numbers).map(([name, number]) => {
    const handler = () => {
      if (status !== undefined) process.exit(128 + number);
      status = 128 + number;
      say('stopping: workers are ended, finished turns are kept (again to leave at once)');
      controller.abort();
    };
    process.on(name, handler);
    return { name, handler };
  });
  return {
    signal: controller.signal,
    exitStatus: () => status,
    dispose: () => {
      for (const { name, handler } of handlers) process.off(name, handler);
    },
  };
}
