/** Reinforcement learning: networks that act, including the selection of the action, and their updates. */
import type { Suite } from '../model/workload.js';

const rl: Suite = {
  name: 'rl',
  title: 'reinforcement learning: policies and values, acting and learning',
  workloads: ['pong-policy', 'q-network'],
};
export default rl;
