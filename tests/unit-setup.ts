/**
 * Before each file of the `unit` project: an empty state folder and no package index, so that a test that needs a
 * framework's environment fails at once, here and not only on a machine that has none. No colours, which `CI` turns on:
 * tests compare texts.
 */

import { tmpdir } from 'node:os';
import { join } from 'node:path';

process.env.TOUCHSTONE_HOME = join(tmpdir(), 'touchstone-unit-home');
process.env.PIP_NO_INDEX = '1';
process.env.NO_COLOR = '1';
