/** Convolutional networks from the demos of ConvNetJS to VGG-16 and U-Net. On two cores: hours at full size, minutes with `--scale small`. */
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
