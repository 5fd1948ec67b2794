/** All campaigns, in the order in which they are run: what is quick comes first. */
import type { Campaign } from './campaign.js';
import { kills } from './kills.js';
import { modelCommands } from './model-commands.js';
import { models } from './models.js';
import { runFolders } from './run-folders.js';
import { workers } from './workers.js';

export const campaigns: readonly Campaign[] = [models, modelCommands, runFolders, workers, kills];
