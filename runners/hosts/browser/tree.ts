/** What Linux tells of the processes of a browser; elsewhere nothing is told. */
import { readdirSync, readFileSync } from 'node:fs';
import { parseCpuList } from '../../process/cpu-list.js';
import { groupMembers } from '../../process/group.js';
import type { MemoryReading, Reading } from './boot.js';

/** @param shell the leader of the group, which is none of the browser's */
export function readProcesses(shell: number): Reading {
  const members = browserProcesses(shell);
  return { cpuNs: sumOf(members.filter(computes).map(cpuNs)), cpus: unionOf(members.map(cpusOf)) };
}

/** Proportional set size: a page that several processes share counts for each of them in part. */
export function memoryOf(shell: number): number | null {
  return sumOf(
    browserProcesses(shell).map((pid) => {
      const kibibytes = /^Pss:\s*(\d+) kB/m.exec(readProc(pid, 'smaps_rollup') ?? '')?.[1];
      return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
    }),
  );
}

/** Remembers the highest of the sums that it is asked to take. */
export function memoryWatch(shell: number): { look(): MemoryReading } {
  let peakRssBytes: number | null = null;
  return {
    look() {
      const rssBytes = memoryOf(shell);
      if (rssBytes !== null) peakRssBytes = Math.max(rssBytes, peakRssBytes ?? rssBytes);
      return { rssBytes, peakRssBytes };
    },
  };
}

function browserProcesses(shell: number): number[] {
  return groupMembers(shell).filter((pid) => pid !== shell);
}

/** The process that has computed most of those that show pages; undefined where none is seen. */
export function pageProcess(shell: number): number | undefined {
  const pages = browserProcesses(shell).filter((pid) => isOf(pid, showsPages));
  const times = pages.map((pid) => [pid, cpuNs(pid) ?? 0] as const);
  return times.sort(([, one], [, other]) => other - one)[0]?.[0];
}

/** Chromium's renderers and Firefox's content processes. */
const showsPages = /--type=renderer|-isForBrowser/;
const drawsThem = /--type=gpu-process|-contentproc.*\0gpu\0$/;

/** Whether a process computes for pages. */
function computes(pid: number): boolean {
  return isOf(pid, showsPages) || isOf(pid, drawsThem);
}

function isOf(pid: number, kind: RegExp): boolean {
  return kind.test(readProc(pid, 'cmdline') ?? '');
}

/** Of the threads that are alive, in nanoseconds: first field of /proc/…/schedstat (sched-stats.rst). */
function cpuNs(pid: number): number | undefined {
  try {
    const times = readdirSync(`/proc/${pid}/task`).map((thread) => {
      const [spent] = (readProc(pid, `task/${thread}/schedstat`) ?? '').split(' ');
      return Number(spent || 0);
    });
    return times.reduce((sum, ns) => sum + ns, 0);
  } catch {
    return undefined;
  }
}

function cpusOf(pid: number): number[] | undefined {
  const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(readProc(pid, 'status') ?? '')?.[1];
  return list === undefined ? undefined : parseCpuList(list);
}

/** Undefined where the process is gone, or the system has no such file. */
function readProc(pid: number, name: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return undefined;
  }
}

function sumOf(values: readonly (number | undefined)[]): number | null {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
}

function unionOf(lists: readonly (readonly number[] | undefined)[]): number[] | null {
  const known = lists.filter((list) => list !== undefined);
  return known.length === 0 ? null : [...new Set(known.flat())].sort((a, b) => a - b);
}
