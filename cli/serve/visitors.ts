/** Visitors who measure, one at a time. */
import { z } from 'zod';
import { refuse } from '../../runners/hosts/browser/page-files.js';
import { browserOf, visitorFacts } from '../../runners/hosts/browser/visitor/facts.js';
import {
  type Answer,
  parsed,
  type Routes,
  sendHtml,
  sendJson,
  sendNotFound,
  sendNothing,
} from './answers.js';
import { choiceSchema, optionsOf } from './choice.js';
import { measureFor } from './measure.js';
import type { DroppedModels } from './models.js';
import { targetsMarkup } from './offer.js';
import { openSession, type Session } from './session.js';

const busy = 'Another visitor is being measured: begin when that is done.';

const measureRequest = z.strictObject({ facts: visitorFacts, choice: choiceSchema });

export interface Visitors {
  readonly routes: Routes;
  /** Of the pages in frames of the visitor. */
  readonly frames: Answer;
  /** Ends what is measured; resolves when its report is written. @param reason said of what was not measured */
  stop(reason: string): Promise<void>;
}

/** @param say a line for the terminal of whoever serves */
export function welcomeVisitors(models: DroppedModels, say: (line: string) => void): Visitors {
  let current: { readonly session: Session; readonly done: Promise<void> } | undefined;

  const measure: Answer = async (request, response) => {
    const { facts, choice } = await parsed(request, measureRequest);
    const options = optionsOf(choice, choice.model ? models.pathOf(choice.model.id) : undefined);
    if (current) {
      return refuse(response, 409, busy);
    }
    const session = openSession(response, facts);
    const who = browserOf(facts.userAgent);
    say(`measuring in ${who}`);
    const done = measureFor(session, options).then((folder) => {
      current = undefined;
      say(folder === undefined ? `nothing was measured in ${who}` : `measured in ${who}: ${folder}`);
    });
    current = { session, done };
    await done;
  };

  return {
    routes: {
      async 'POST targets'(request, response) {
        sendHtml(response, await targetsMarkup(await parsed(request, visitorFacts)));
      },
      async 'PUT model'(request, response) {
        if (current) {
          // Reading it would take processor time from what is measured.
          request.resume();
          return refuse(response, 409, busy);
        }
        const name = new URL(request.url ?? '', 'http://here').searchParams.get('name');
        sendJson(response, await models.take(request, name ?? 'model.onnx'));
      },
      'POST measure': measure,
      'PUT stop'(_, response) {
        current?.session.lose('the visitor stopped it');
        sendNothing(response);
      },
      'PUT visible'(_, response, [isVisible]) {
        current?.session.setVisible(isVisible !== 'no');
        sendNothing(response);
      },
      'PUT gone'(_, response, [number]) {
        current?.session.frameGone(Number(number));
        sendNothing(response);
      },
    },
    frames: (request, response, rest) =>
      current ? current.session.answer(request, response, rest) : sendNotFound(response),
    async stop(reason) {
      current?.session.lose(reason);
      await current?.done;
    },
  };
}
