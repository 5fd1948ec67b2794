/** What computes: the processors, or an accelerator that a framework drives. */
import { z } from 'zod';

/** A word of lower-case letters: `cpu`, `cuda`, `webgpu`. Kinds that this version does not know are read all the same. */
export const deviceKind = z.string().regex(/^[a-z]+$/);
export type DeviceKind = z.infer<typeof deviceKind>;

/** The device that a target is asked to compute on. All processors together are one device, with index 0. */
export const deviceChoice = z.object({
  kind: deviceKind,
  /** As the machine numbers its devices of the kind. */
  index: z.number().int().nonnegative(),
});
export type DeviceChoice = z.infer<typeof deviceChoice>;

/** The device that a target computes on, as its worker reports it. */
export const device = z.object({
  ...deviceChoice.shape,
  /** As its driver calls it, `NVIDIA H200`; of processors their model. */
  name: z.string(),
  /** The interface to it with its version, `CUDA 13.0, driver 580.65`; null for processors. */
  driver: z.string().nullable(),
  /** Whether a program on the processors stands in for the hardware, as SwiftShader does for a GPU. */
  software: z.boolean(),
});
export type Device = z.infer<typeof device>;

/** The first device of a kind. */
export function firstDevice(kind: DeviceKind): DeviceChoice {
  return { kind, index: 0 };
}

/** `cpu`, `cuda0`: the device in ids and in tables. */
export function deviceId({ kind, index }: DeviceChoice): string {
  return kind === 'cpu' ? kind : `${kind}${index}`;
}

/** The opposite of `deviceId`; undefined for a text that names no device. */
export function parseDeviceId(id: string): DeviceChoice | undefined {
  if (id === 'cpu') return firstDevice(id);
  const { kind, index } = /^(?<kind>[a-z]+)(?<index>\d+)$/.exec(id)?.groups ?? {};
  return kind === undefined || kind === 'cpu' ? undefined : { kind, index: Number(index) };
}

/** `cuda0`, `webgpu0 (software)`: the device beside a target in tables, marked where its numbers are not those of hardware. */
export function deviceLabel(found: Device): string {
  return `${deviceId(found)}${found.software ? ' (software)' : ''}`;
}

/** `cuda0 (software): NVIDIA H200, CUDA 13.0`: everything that must be alike for times to be comparable. */
export function deviceText(found: Device): string {
  return [`${deviceLabel(found)}: ${found.name}`, ...(found.driver === null ? [] : [found.driver])].join(
    ', ',
  );
}
