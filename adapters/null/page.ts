import type { PageModule } from '../adapter.js';
import { identity } from './identity.js';

export const open: PageModule['open'] = async () => identity;
