/** What fits into memory, and what is said where something does not. */
import { freemem } from 'node:os';

/** Memory that a new process could have now. Where the system does not tell, Node says 0: then what is free altogether. */
export function availableMemory(): number {
  return process.availableMemory() || freemem();
}

/** Why so many bytes are not available, as the end of a sentence; undefined where they are. */
export function memoryShortage(needed: number, available: number): string | undefined {
  if (needed <= available) return undefined;
  return `needs ${sizeText(needed)} of memory or more, and ${sizeText(available)} are available`;
}

/** Memory that the tensors of a user's model may take where `--model-memory` does not say it: half, since they are copied once. */
export function defaultModelMemory(): number {
  return Math.floor(availableMemory() / 2);
}

/** What to do about a model beyond its limit of memory. @param neededBytes where that is known */
export function raiseModelMemory(neededBytes?: number): string {
  const value = neededBytes === undefined ? '' : ` ${Math.ceil(neededBytes / 2 ** 20)}m`;
  return `if you trust the model and this machine has the memory, raise the limit with --model-memory${value}`;
}

/** `1.5 GiB`, `300.0 MiB` */
export function sizeText(bytes: number): string {
  const [unit, name] = bytes >= 2 ** 30 ? [2 ** 30, 'GiB'] : [2 ** 20, 'MiB'];
  return `${(bytes / unit).toFixed(1)} ${name}`;
}
