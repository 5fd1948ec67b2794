/** The part of ConvNetJS 0.3 that is used here; the package has no types of its own. */
declare module 'convnetjs' {
  /** A volume: element (x, y, d) is at ((sx·y) + x)·depth + d, so it is channels-last. */
  export class Vol {
    constructor(sx: number, sy: number, depth: number, value?: number);
    sx: number;
    sy: number;
    depth: number;
    w: Float64Array;
    dw: Float64Array;
  }
  export interface LayerDefinition {
    type: string;
    [option: string]: string | number | undefined;
  }
  export interface Layer {
    layer_type: string;
    out_act: Vol;
    /** Of `conv` and `fc` layers. */
    filters?: Vol[];
    biases?: Vol;
  }
  export class Net {
    layers: Layer[];
    makeLayers(definitions: LayerDefinition[]): void;
    forward(input: Vol, isTraining?: boolean): Vol;
    /** Returns the loss of the example that was last sent forward; gradients add up in `dw`. */
    backward(label: number): number;
  }
  export type UpdateRule =
    | { method: 'sgd'; learning_rate: number; momentum: number }
    | { method: 'windowgrad'; learning_rate: number; ro: number; eps: number };
  export type TrainerOptions = UpdateRule & {
    batch_size: number;
    l1_decay?: number;
    l2_decay?: number;
  };
  export class Trainer {
    constructor(net: Net, options: TrainerOptions);
    train(input: Vol, label: number): { loss: number };
  }
  const convnetjs: { Vol: typeof Vol; Net: typeof Net; Trainer: typeof Trainer };
  export default convnetjs;
}
