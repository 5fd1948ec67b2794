/** The mutated run folder of a seed. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { at, required } from '../../../../common/at.js';
import { groupBy } from '../../../../common/group-by.js';
import { byteMutations } from './bytes.js';
import { type Draw, drawFor } from './draw.js';
import { lineMutations, mutateJson } from './json.js';

/** What a run folder is read from. */
export const folderFiles = ['manifest.json', 'events.ndjson'] as const;
export type FolderFile = (typeof folderFiles)[number];
/** Content of the files; or that it is missing, or a folder in its place. */
export type FolderContent = Readonly<Record<FolderFile, Uint8Array | 'folder' | 'missing'>>;

export interface MutatedFolder {
  readonly kind: string;
  readonly content: FolderContent;
}

type WholeContent = Readonly<Record<FolderFile, Uint8Array>>;
type FolderMutation = (content: WholeContent, draw: Draw) => FolderContent;

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8');

const mutations: Readonly<Record<string, FolderMutation>> = {
  'values of the manifest': (content, draw) =>
    withFile(content, 'manifest.json', Buffer.from(changed(text(content['manifest.json']), draw))),
  'values of events': withEventValues,
  'bytes of the manifest': (content, draw) => withBytes(content, 'manifest.json', draw),
  'bytes of the events': (content, draw) => withBytes(content, 'events.ndjson', draw),
  ...Object.fromEntries(
    Object.entries(lineMutations).map(([kind, mutate]): [string, FolderMutation] => [
      kind,
      (content, draw) => {
        const lines = text(content['events.ndjson']).trimEnd().split('\n');
        return { ...content, 'events.ndjson': Buffer.from(`${mutate(lines, draw).join('\n')}\n`) };
      },
    ]),
  ),
  'files missing or of another kind': (content, draw) =>
    withFile(
      content,
      draw.pick(folderFiles),
      draw.pick(['missing' as const, 'folder' as const, new Uint8Array(0), Buffer.from('\n\n')]),
    ),
};
export const folderMutationKinds = Object.keys(mutations);

/** The same for the same seed and content. */
export function mutatedFolder(seed: number, content: WholeContent): MutatedFolder {
  const draw = drawFor(seed, 'run folder');
  const kind = draw.pick(folderMutationKinds);
  return { kind, content: required(mutations, kind, 'mutations of run folders')(content, draw) };
}

/** Makes the folder. */
export async function writeFolder(folder: string, content: FolderContent): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of folderFiles) {
    const one = content[name];
    if (one === 'folder') await mkdir(join(folder, name));
    else if (one !== 'missing') await writeFile(join(folder, name), one);
  }
}

/** Most lines are turns and most values their samples: the type is drawn first, then an event of it. */
function withEventValues(content: WholeContent, draw: Draw): FolderContent {
  const lines = text(content['events.ndjson']).trimEnd().split('\n');
  const places = groupBy([...lines.keys()], (place) => /"type":"\w+"/.exec(at(lines, place))?.[0]);
  const place = draw.pick(draw.pick([...places.values()]));
  const mutated = lines.with(place, changed(at(lines, place), draw));
  return withFile(content, 'events.ndjson', Buffer.from(`${mutated.join('\n')}\n`));
}

function changed(json: string, draw: Draw): string {
  return mutateJson(json, draw, draw.pick([1, 1, 1, 2, 5]));
}

function withBytes(content: WholeContent, file: FolderFile, draw: Draw): FolderContent {
  const mutate = required(byteMutations, draw.pick(Object.keys(byteMutations)), 'mutations of bytes');
  return withFile(content, file, mutate(content[file], draw));
}

function withFile<File extends FolderFile>(
  content: WholeContent,
  file: File,
  changed: FolderContent[File],
): FolderContent {
  return { ...content, [file]: changed };
}
