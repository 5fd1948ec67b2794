/**
 * A target that is given one thread uses one processor, although it may use all: CPU time of its process, read from
 * outside, over wall time. Starved of processors the ratio only gets smaller, so a busy machine fails nobody.
 */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { PythonTarget } from '../../adapters/adapter.js';
import { discoverFrameworks } from '../../adapters/discover.js';
import { startWorker } from '../../runners/process/session.js';
import { protocolVersion } from '../../runners/protocol/messages.js';
import { ensureEnvironment } from '../../runners/provision/environments.js';
import lenet5 from '../../suites/cnn/lenet5.js';
import { workloadArtefact } from '../../suites/onnx/artefact.js';

const targets = (await discoverFrameworks())
  .flatMap((framework) => framework.targets)
  .filter((target): target is PythonTarget => target.host === 'python' && !target.isNull);
/** Free to run anywhere: only its own settings hold it to one thread. */
const budget = { threads: 1, cpus: [] };

test.each(targets)('$name keeps to one thread', { timeout: 600_000 }, async (target) => {
  const { python } = await ensureEnvironment(target.environmentName);
  const { folder } = await workloadArtefact(lenet5, 'inference', 64, 0);
  const scratch = await mkdtemp(join(tmpdir(), 'touchstone-threads-'));
  const logFile = join(scratch, 'worker.log');
  const worker = startWorker({ target, python, budget, logFile, deadlineMs: 120_000 });
  try {
    await worker.request({ type: 'hello', protocol: protocolVersion, target: target.name, budget });
    const { configuration } = await worker.request({ type: 'describe' });
    expect(configuration.threads).toBe(1);
    await worker.request({ type: 'load', folder, mode: 'inference' });
    await worker.request({ type: 'warm', minIterations: 3, minNs: 300e6, maxNs: 2e9 });
    const [cpuBefore, wallBefore] = [cpuSeconds(worker.pid), performance.now()];
    const turn = { minNs: 1e9, maxIterations: 1_000_000, firstBuffer: 0, auditIteration: 0 };
    await worker.request({ type: 'turn', ...turn });
    const wallS = (performance.now() - wallBefore) / 1000;
    // The system counts in ticks of a hundredth of a second, of which one may be off at either end.
    expect((cpuSeconds(worker.pid) - cpuBefore - 0.02) / wallS).toBeLessThanOrEqual(1.05);
  } finally {
    await worker.kill();
    await rm(scratch, { recursive: true });
  }
});

/** User and system time of the whole process, all its threads and the children that it waited for: proc(5). */
function cpuSeconds(pid: number | undefined): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // Fields 14 to 17, counted behind the name in parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return ticks / 100;
}
