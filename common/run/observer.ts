/** Told what happens in a run, for the terminal. Called outside the clock. */
import type { RunEvent, RunManifest } from './run-folder.js';

export interface Observer {
  /**
   * A stage begins: the parity check, the rounds.
   *
   * @param limitMs where the stage ends after so long at the latest, and may end at any step before
   */
  stage(name: string, steps: number, limitMs?: number): void;
  /** One step of the stage is done; `label` says which. */
  step(label: string): void;
  note(line: string): void;
  /** A round is done, and this is all that is known now. */
  round?(run: RunSoFar): void;
}

export interface RunSoFar {
  readonly manifest: RunManifest;
  readonly events: readonly RunEvent[];
  /** How many rounds are done. */
  readonly rounds: number;
  /** What is left of the measuring time. */
  readonly leftMs: number;
}

/** Says a line about what takes time: installing, preparing, waiting. */
export type Say = (line: string) => void;
