/** The program of a page: answers the coordinator's requests, which the worker's shell hands on, one after the other. */
import type { PageModule } from '../../../../adapters/adapter.js';
import { answer } from '../../../worker/answer.js';
import type { Platform } from '../../../worker/platform.js';
import { StateMachine } from '../../../worker/state-machine.js';
import { boot } from '../boot.js';
import { requestsOfParent } from './frame.js';
import { watchGraphics } from './graphics-loss.js';
import { pagePlatform } from './platform.js';
import { type Shell, shellAt } from './shell.js';

/** @param base address of the page's folder */
export async function serve(adapter: PageModule, base: URL): Promise<void> {
  refuseDialogs();
  const shell = shellAt(base);
  watchGraphics((what) => void shell.put('failed', what));
  const nextRequest = requestsOfParent() ?? requestsOfShell(shell);
  const booted = boot.parse(await shell.json('boot'));
  const page = {
    versions: booted.versions,
    fileUrl: (path: string) => shell.url(`packages/${path}`),
  };
  const platform: Platform = {
    ...pagePlatform(shell, booted),
    findTarget: async (name) => ({ open: (budget) => adapter.open(name, budget, page) }),
  };
  const machine = new StateMachine(platform);
  for (;;) {
    const answered = await answer(machine, await nextRequest());
    if (!answered) throw new Error('a line that is no request of this protocol');
    await shell.put('reply', answered.text);
    if (answered.isLast) return;
  }
}

function requestsOfShell(shell: Shell): () => Promise<string> {
  // Never ends: when it is closed, the page is gone.
  void shell.text('alive').catch(() => undefined);
  return () => shell.text('request');
}

/** A dialog would wait for an answer until the deadline. */
function refuseDialogs(): void {
  for (const name of ['alert', 'confirm', 'prompt', 'print']) {
    const refuse = () => {
      throw new Error(`the page called ${name}(), and nobody is there to answer a dialog`);
    };
    Object.defineProperty(globalThis, name, { value: refuse });
  }
}
