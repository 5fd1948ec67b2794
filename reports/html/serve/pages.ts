/** The pages of `serve`, and what they are drawn with. */
import type { RunResults } from '../../../common/run/results.js';
import { plainTexts } from '../../../common/text.js';
import { coresText } from '../../text.js';
import { templateOf, templateTexts } from '../assets.js';
import type { BesideModel } from './beside.js';

export interface ListedRun {
  readonly id: string;
  /** `finished`, `goes on`, or how it ended. */
  readonly state: string;
  readonly isGood: boolean;
  readonly what: string;
  readonly where: string;
}

export interface Workload {
  readonly name: string;
  readonly title: string;
}

export interface StartView {
  readonly machine: string;
  /** Those that are chosen at first. */
  readonly first: readonly Workload[];
  readonly more: readonly Workload[];
  readonly maxModelMegabytes: number;
  readonly runs: readonly ListedRun[];
}

export async function startPage(view: StartView): Promise<string> {
  const runs = view.runs.map((run) => ({ ...run, style: run.isGood ? '' : 'warn' }));
  return (await templateOf('serve'))(plainTexts({ ...view, runs }));
}

/** @param standings markup of `standings.ts` */
export async function livePage(id: string, where: string, standings: string): Promise<string> {
  return (await templateOf('live'))({ ...plainTexts({ id, where }), standings });
}

export interface BesideView {
  readonly id: string;
  readonly browser: string;
  readonly host: string;
  readonly models: readonly BesideModel[];
}

export async function besidePage(view: BesideView): Promise<string> {
  return (await templateOf('beside'))(plainTexts(view));
}

export function pagesStyle(): Promise<string> {
  return templateTexts(['theme.css', 'page.css', 'serve.css']);
}

export type Script = 'serve' | 'live' | 'theme';

export function pagesScript(name: Script): Promise<string> {
  const names = ['theme', 'served', ...(name === 'theme' ? [] : [name])];
  return templateTexts(names.map((each) => `${each}.client.js`));
}

/** `Example CPU, 2 cores` */
export function whereText({
  cpu,
  cores,
  platform,
  browser,
}: Pick<RunResults['machine'], 'cpu' | 'cores' | 'platform' | 'browser'>): string {
  const machine = `${cpu}, ${coresText(cores)}`;
  return browser === undefined ? machine : `visitor: ${platform}, ${machine}`;
}
