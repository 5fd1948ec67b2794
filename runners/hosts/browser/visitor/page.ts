/** The page of a visitor, as workers know it: it shows their frames, one for each worker. */
import type { PageRoutes } from '../routes.js';
import type { VisitorFacts } from './facts.js';

export interface VisitorPage {
  readonly facts: VisitorFacts;
  /** Shows the page of these routes in a new frame. */
  open(routes: PageRoutes): VisitorFrame;
  /** Resolves once the visitor looks at the page: browsers slow down what nobody sees. */
  inFront(): Promise<void>;
  /** The visitor cannot be measured any more: the run ends. @param reason a clause: `the visitor closed the page` */
  lose(reason: string): void;
}

export interface VisitorFrame {
  /** Hands it a request of the protocol. */
  send(line: string): void;
  /** Takes it off the page; resolves when it is gone, or the page does not answer. */
  close(): Promise<void>;
}
