/** What a ledger keeps of a file: one row for each step. The page is written from these rows alone. */
import type { Outcome } from '../../runners/conformance/verify.js';

/** What is in a file, or why nobody can run it. */
export type FileRow = { readonly kind: 'file'; readonly day: string } & (
  | {
      readonly readable: true;
      /** Producer and version, as the file says them. */
      readonly exporter: string;
      readonly opset: number;
      readonly nodes: number;
      /** Null where no graph describes the file. */
      readonly multiplyAdds: number | null;
    }
  | { readonly readable: false; readonly exporter: string; readonly reason: string }
);

/** How far apart two computations are: the largest relative error of an output, or why there is none. */
export interface Difference {
  readonly error: number | null;
  readonly passed: boolean;
}

export interface OutcomeRow {
  readonly kind: 'outcome';
  readonly target: string;
  readonly day: string;
  /** The arithmetic of the target's plan. */
  readonly precision: string;
  /** Of the outputs. */
  readonly tolerance: number;
  readonly outcome: Outcome;
  /** From what ONNX Runtime makes of the file; absent where one of the two has no outputs. */
  readonly fromRuntime?: Difference;
}

/** ONNX Runtime on the user's file and on the artefact's normalised form. */
export interface FormsRow {
  readonly kind: 'forms';
  readonly day: string;
  readonly file: Outcome;
  readonly normalised: Outcome;
  readonly apart?: Difference;
}

/** Time of the normalised form ÷ time of the file. */
export interface TimesRow {
  readonly kind: 'times';
  readonly day: string;
  readonly ratio: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly pairs: number;
  /** Why there is no ratio. */
  readonly note: string;
}

export type Row = FileRow | OutcomeRow | FormsRow | TimesRow;

/** Names of the steps of a file in the ledger, by its key. */
export const steps = {
  file: (key: string) => `${key} · file`,
  outcome: (key: string, target: string) => `${key} · ${target}`,
  forms: (key: string) => `${key} · forms`,
  times: (key: string) => `${key} · times`,
};

/** The rows of one file. */
export interface FileRows {
  readonly file: FileRow | undefined;
  readonly outcomes: readonly OutcomeRow[];
  readonly forms: FormsRow | undefined;
  readonly times: TimesRow | undefined;
}

/** @param entriesOf rows of a step, none where it is not done */
export function rowsOfFile(
  key: string,
  targets: readonly string[],
  entriesOf: (step: string) => readonly Row[],
): FileRows {
  const only = <Kind extends Row['kind']>(step: string, kind: Kind) =>
    entriesOf(step).find((row): row is Extract<Row, { kind: Kind }> => row.kind === kind);
  return {
    file: only(steps.file(key), 'file'),
    outcomes: targets.flatMap((target) => only(steps.outcome(key, target), 'outcome') ?? []),
    forms: only(steps.forms(key), 'forms'),
    times: only(steps.times(key), 'times'),
  };
}
