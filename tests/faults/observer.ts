/** Observes a model that takes long, for a test that ends this process meanwhile. Argument: path of the model. */
import { readFile } from 'node:fs/promises';
import { defined } from '../../common/at.js';
import { observe } from '../../model/normalise/observe.js';

const model = await readFile(defined(process.argv[2], 'the path of the model'));
await observe(model, { x: { type: 'float32', shape: [1], data: Float32Array.of(1) } }, []);
