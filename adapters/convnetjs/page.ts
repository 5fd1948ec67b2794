import { required } from '../../common/at.js';
import type { PageModule } from '../adapter.js';
import { opened } from './driver.js';

export const open: PageModule['open'] = async (_target, _budget, { versions }) => {
  const { default: convnetjs } = await import('convnetjs');
  return opened(convnetjs, required(versions, 'convnetjs', 'versions of packages'));
};
