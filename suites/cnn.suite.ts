/** Convolutional networks from ConvNetJS's demos to VGG-16 and U-Net: hours at full size on two cores, minutes with `--scale small`. */
import type { Suite } from '../model/workload.js';

const cnn: Suite = {
  name: 'cnn',
  title: 'convolutional networks, from LeNet-5 to VGG-16 and U-Net',
  workloads: [
    'lenet5',
    'convnetjs-mnist',
    'convnetjs-cifar10',
    'cifar10-cnn',
    'fcn-1d',
    'squeezenet',
    'mobilenetv2',
    'alexnet',
    'resnet18',
    'resnet50',
    'vgg16',
    'unet',
  ],
};
export default cnn;
