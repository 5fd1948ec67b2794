/** Told what happens in a run, for the terminal. Called outside the clock. */
export interface Observer {
  /** A stage begins: the parity check, the rounds. */
  stage(name: string, steps: number): void;
  /** One step of the stage is done; `label` says which. */
  step(label: string): void;
  note(line: string): void;
}

/** Says a line about what takes time: installing, preparing, waiting. */
export type Say = (line: string) => void;
