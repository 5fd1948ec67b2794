/** The part of Keras.js 1.0.3 that is used; it brings no types of its own. */
declare module 'keras-js' {
  export interface KerasJsModel {
    ready(): Promise<boolean>;
    /** @returns the data of each output layer; some layers hand on the array that they work in */
    predict(inputs: Readonly<Record<string, Float32Array>>): Promise<Record<string, Float32Array>>;
    cleanup(): void;
    /** Called by the constructor. */
    _dataRequestHTTP(): Promise<void>;
    /** @param file of a model */
    _decodeProtobuf(file: Uint8Array): void;
  }
  export interface KerasJs {
    Model: new (options: { filepath: string; filesystem: boolean; gpu: boolean }) => KerasJsModel;
  }
  /** As CommonJS has it. */
  const keras: { default: KerasJs };
  export default keras;
}

declare module 'keras-js/dist/keras.min.js' {
  export { default } from 'keras-js';
}

declare module 'keras-js/lib/proto.js' {
  export interface WeightMessage {
    layerName: string;
    weightName: string;
    shape: number[];
    type: 'float32';
    data: Uint8Array;
  }
  export interface ModelMessage {
    id: string;
    name: string;
    kerasVersion: string;
    backend: string;
    modelConfig: string;
    modelWeights: WeightMessage[];
  }
  const proto: { default: { Model: { encode(message: ModelMessage): { finish(): Uint8Array } } } };
  export default proto;
}
