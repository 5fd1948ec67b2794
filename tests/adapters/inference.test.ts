/** Each case in each target: it agrees with ONNX Runtime, or is refused beforehand with a reason. */
import { describe, expect, test } from 'vitest';
import { cases } from './cases.js';
import { expectAgreement, expectRefusal, prepare } from './conformance.js';
import {
  acceptedByConvnet,
  acceptedByKerasJs,
  convnet,
  kerasJs,
  ort,
  refusedByTfjs,
  tfjsJs,
  tfjsWasm,
} from './targets.js';

const drawn = Object.entries(cases).flatMap(([group, draws]) =>
  Object.entries(draws).map(([name, draw]) => [`${group}: ${name}`, draw] as const),
);

describe.each(drawn)('%s', (name, draw) => {
  const made = () => prepare(draw, 'inference', name);

  test('onnxruntime/cpu', async () => expectAgreement(ort, await made()));

  for (const target of [tfjsJs, tfjsWasm]) {
    const reason = refusedByTfjs[name];
    test(target.name, async () => {
      if (reason) await expectRefusal(target, (await made()).model, reason);
      else await expectAgreement(target, await made());
    });
  }

  test('convnetjs/js', async () => {
    if (acceptedByConvnet.includes(name)) await expectAgreement(convnet, await made());
    else await expectRefusal(convnet, (await made()).model, /ConvNetJS/);
  });

  test('kerasjs/js', async () => {
    if (acceptedByKerasJs.includes(name)) await expectAgreement(kerasJs, await made());
    else await expectRefusal(kerasJs, (await made()).model, /./);
  });
});

test('every case that is expected to be special exists', () => {
  const names = drawn.map(([name]) => name);
  expect(names).toEqual(
    expect.arrayContaining([...Object.keys(refusedByTfjs), ...acceptedByConvnet, ...acceptedByKerasJs]),
  );
});
