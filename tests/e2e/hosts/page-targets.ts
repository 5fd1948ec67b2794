/** Targets of the host `page`: one that answers with the reference, one that is not there, and the null target. */
import { dirname, join } from 'node:path';
import {
  type Description,
  type Framework,
  type InferenceModel,
  type JavaScriptTarget,
  type Model,
  type OpenFramework,
  supported,
  type Tensors,
  unsupported,
} from '../../../adapters/adapter.js';
import { readTensors } from '../../../model/safetensors.js';

export type PageTarget = JavaScriptTarget & { readonly host: 'page' };

const description: Description = {
  versions: { page: '1.0' },
  device: 'cpu',
  configuration: {
    ...{ threads: 1, interOpThreads: null, instructionSet: null, kernelLibrary: null },
    ...{ execution: null, layout: null, arithmetic: 'float32', flushToZero: null },
  },
};

const framework: Framework = {
  name: 'page',
  title: 'Page',
  homepage: '',
  targets: [
    target('page/exact', loadExact),
    target('page/missing', loadExact),
    { ...target('page/null', loadNothing), isNull: true },
  ],
};
export default framework;

function target(name: string, loadInference: OpenFramework['loadInference']): PageTarget {
  return {
    name,
    host: 'page',
    device: 'cpu',
    summary: 'in a page',
    precisions: ['float32'],
    modes: { inference: supported, training: unsupported('a page does not train') },
    lower: () => ({ plan: { form: 'nothing' } }),
    environment: () => ({}),
    open: async () => ({ describe: () => description, loadInference }),
  };
}

async function loadExact(model: Model): Promise<InferenceModel<Tensors>> {
  const expected = await readTensors(join(dirname(model.modelPath), 'expected.safetensors'));
  return {
    run(buffer) {
      const until = performance.now() + 1;
      while (performance.now() < until);
      const prefix = `output/${buffer}/`;
      const own = Object.entries(expected).filter(([name]) => name.startsWith(prefix));
      return Object.fromEntries(own.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
    },
    read: (output) => output,
    dispose: () => undefined,
  };
}

function loadNothing(): InferenceModel<number> {
  return { run: (buffer) => buffer, read: () => ({}), dispose: () => undefined };
}
