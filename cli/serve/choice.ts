/** What a visitor chooses, as options of a run. */
import { z } from 'zod';
import * as values from '../../common/values.js';
import { modes } from '../../common/vocabulary.js';
import { defaultDeadlineMs, type RunOptions } from '../../runners/coordinator/options.js';

const names = z.array(z.string().max(200)).max(500);

export const choiceSchema = z.strictObject({
  workloads: names,
  /** A file that was given before, with what it leaves open as `--input` and `--range` take it. */
  model: z
    .strictObject({ id: z.uuid(), shapes: z.string().max(4_000), ranges: z.string().max(4_000) })
    .nullable(),
  modes: z.array(z.enum(modes)).min(1, 'choose inference, training or both'),
  /** As `--batch` takes them. */
  batches: z.string().max(100),
  targets: names.min(1, 'choose a target'),
  seconds: z.number().min(5).max(3_600),
});
export type Choice = z.infer<typeof choiceSchema>;

/**
 * @param modelPath where the file of the choice is
 * @throws TouchstoneError('usage') for what the command line would refuse too
 */
export function optionsOf(choice: Choice, modelPath: string | undefined): RunOptions {
  const common = {
    targets: choice.targets,
    threads: [1],
    time: choice.seconds * 1_000,
    seed: 1,
    deadline: defaultDeadlineMs,
  };
  if (choice.model === null || modelPath === undefined) {
    return {
      ...common,
      workload: choice.workloads,
      mode: choice.modes,
      batch: values.integers(choice.batches),
    };
  }
  return { ...common, model: [modelPath], ...openOf(choice.model) };
}

/** What a model leaves open: words such as `image=1x3x224x224`, a space apart. */
export function openOf({
  shapes,
  ranges,
}: {
  shapes: string;
  ranges: string;
}): Pick<RunOptions, 'input' | 'range'> {
  const input = words(shapes).reduce<Record<string, number[]>>(
    (known, word) => values.inputShape(word, known),
    {},
  );
  const range = words(ranges).reduce<Record<string, [number, number]>>(
    (known, word) => values.valueRange(word, known),
    {},
  );
  return {
    ...(Object.keys(input).length === 0 ? {} : { input }),
    ...(Object.keys(range).length === 0 ? {} : { range }),
  };
}

function words(text: string): string[] {
  return text.split(/\s+/).filter(Boolean);
}
