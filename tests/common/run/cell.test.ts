import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  aliasOf,
  artefactKey,
  cellId,
  fileNameOf,
  forTarget,
  groupCells,
  groupKey,
  parseCellId,
  processKey,
  targetOf,
  withDevice,
  withoutTarget,
} from '../../../common/run/cell.js';
import { firstDevice } from '../../../common/run/device.js';

const plain = {
  workload: 'lenet5',
  mode: 'inference',
  batch: 8,
  precision: 'float32',
  device: firstDevice('cpu'),
  target: 'pytorch/cpu',
} as const;

describe('cell ids', () => {
  it('say what was asked for, and the variant only where there is one', () => {
    expect(cellId(plain)).toBe('lenet5:inference:b8:float32:cpu:pytorch/cpu');
    expect(cellId({ ...plain, length: 64, threads: 2 })).toBe(
      'lenet5:inference:b8:l64:t2:float32:cpu:pytorch/cpu',
    );
  });

  it('are parsed into what they were made of', () => {
    const count = fc.integer({ min: 1, max: 100_000 });
    const name = fc.record(
      {
        workload: fc.stringMatching(/^[a-z][\w.-]{0,12}$/),
        mode: fc.constantFrom('inference' as const, 'training' as const),
        batch: count,
        length: count,
        threads: count,
        precision: fc.constant('float32' as const),
        device: fc.oneof(
          fc.constant(firstDevice('cpu')),
          fc.record({ kind: fc.constantFrom('cuda', 'webgpu'), index: fc.nat(15) }),
        ),
        target: fc.stringMatching(/^[a-z]+(@[\d.]+)?\/[a-z]+(~[a-z]+)?$/),
      },
      { requiredKeys: ['workload', 'mode', 'batch', 'precision', 'device', 'target'] },
    );
    fc.assert(
      fc.property(name, (one) => {
        expect(parseCellId(cellId(one))).toEqual(one);
      }),
    );
  });

  it.each([
    'lenet5',
    'lenet5:inference:b0:float32:cpu:x',
    'a:guess:b1:float32:cpu:x',
    'a:inference:b1:float32:gpu:x',
    '',
  ])('refuses %j', (text) => expect(() => parseCellId(text)).toThrow(/is not the id of a cell/));

  it('say the device, of processors without a number', () => {
    expect(cellId({ ...plain, device: { kind: 'cuda', index: 1 }, target: 'pytorch/cuda' })).toBe(
      'lenet5:inference:b8:float32:cuda1:pytorch/cuda',
    );
  });

  it('are understood as versions before devices wrote them', () => {
    const old = 'lenet5:inference:b8:l64:t2:float32:default:pytorch/cpu~twin';
    expect(withDevice(old)).toBe('lenet5:inference:b8:l64:t2:float32:cpu:pytorch/cpu~twin');
    expect(parseCellId(old)).toEqual({ ...plain, length: 64, threads: 2, target: 'pytorch/cpu~twin' });
    expect(withDevice('a:default:b:inference:b1:float32:default:x/y')).toBe(
      'a:default:b:inference:b1:float32:cpu:x/y',
    );
    for (const today of [cellId(plain), 'onnxruntime/cpu', 'lenet5:*']) expect(withDevice(today)).toBe(today);
  });

  it('move to another target with their id', () => {
    // A user's model may have any name.
    const cell = { id: `a:b:${cellId(plain)}`, target: plain.target, kept: 1 };
    const other = aliasOf('pytorch@2.8.0/cpu', 'baseline');
    expect(forTarget(cell, other)).toEqual({
      id: 'a:b:lenet5:inference:b8:float32:cpu:pytorch@2.8.0/cpu~baseline',
      target: 'pytorch@2.8.0/cpu~baseline',
      kept: 1,
    });
    expect(forTarget(cell, plain.target)).toBe(cell);
    expect(targetOf(other)).toBe('pytorch@2.8.0/cpu');
    expect(withoutTarget(cell)).toBe('a:b:lenet5:inference:b8:float32:cpu');
  });
});

describe('keys', () => {
  it('put cells together that differ in their target and device alone, in the order of the plan', () => {
    const cells = [
      plain,
      { ...plain, batch: 64 },
      { ...plain, target: 'jax/cuda', device: firstDevice('cuda') },
      { ...plain, threads: 2 },
      { ...plain, batch: 64, target: 'jax/cpu' },
    ];
    expect(groupCells(cells)).toEqual([[cells[0], cells[2]], [cells[1], cells[4]], [cells[3]]]);
    expect(new Set([{ ...plain, length: 2 }, { ...plain, threads: 2 }, plain].map(groupKey)).size).toBe(3);
  });

  it('name the artefact whatever the target and threads, and the process whatever the workload', () => {
    expect(artefactKey({ ...plain, length: 64 })).toBe('lenet5:inference:b8:l64');
    expect(artefactKey(plain)).toBe('lenet5:inference:b8');
    expect(processKey({ target: 'jax/cpu' })).toBe('jax/cpu');
    expect(processKey({ target: 'jax/cpu', threads: 2 })).not.toBe(
      processKey({ target: 'jax/cpu', threads: 4 }),
    );
  });

  it('become file names', () => expect(fileNameOf(cellId(plain))).toMatch(/^[\w.-]+$/));
});
