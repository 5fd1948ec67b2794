/** A second session whose outputs stay on the device: its runs end once their work is handed to it. */
import type { InferenceSession } from 'onnxruntime-common';
import { at } from '../../common/at.js';
import type { Queue } from '../adapter.js';

type Outputs = InferenceSession.OnnxValueMapType;

export interface QueuingSession {
  readonly queue: Queue<Outputs, Outputs>;
  release(): Promise<void>;
}

/**
 * @param create the session, which is made when it is used first
 * @param run its run on a buffer
 */
export function queuing(
  create: () => Promise<InferenceSession>,
  run: (session: InferenceSession, buffer: number) => Promise<Outputs>,
): QueuingSession {
  let session: Promise<InferenceSession> | undefined;
  return {
    queue: {
      async submit(buffer) {
        session ??= create();
        return run(await session, buffer);
      },
      async finish(pending) {
        const last = at(pending, -1, 'the inferences that were submitted');
        // Its queue is in order.
        for (const value of Object.values(last)) await value.getData(true);
        for (const outputs of pending.slice(0, -1))
          for (const value of Object.values(outputs)) value.dispose();
        return last;
      },
    },
    release: async () => (await session)?.release(),
  };
}
