/** Takes the exit status of the command that was called. */
export type End = (command: Promise<number>) => Promise<void>;
