/** Recurrent networks: digits row by row, text classification, a language model and its generation, translation, acoustic models. */
import type { Suite } from '../model/workload.js';

const lstm: Suite = {
  name: 'lstm',
  title: 'recurrent networks, from one layer to four bidirectional ones',
  workloads: [
    'row-lstm',
    'text-gru',
    'text-lstm',
    'char-lstm-step',
    'char-lstm-generate',
    'char-lstm',
    'translation',
    'acoustic-1x320',
    'acoustic-4x320',
  ],
};
export default lstm;
