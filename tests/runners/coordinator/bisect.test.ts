/** Bisection over a made-up repository, with a judge whose truth is known. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { bisectCommits, type Judgement } from '../../../runners/coordinator/bisect.js';
import { bench, temporaryFolder } from '../../e2e/command.js';

let repository = '';
const commits: string[] = [];

beforeAll(async () => {
  repository = await temporaryFolder();
  const git = (...words: string[]) => execa('git', words, { cwd: repository });
  await git('init', '--quiet');
  await git('config', 'user.email', 'test@example.org');
  await git('config', 'user.name', 'test');
  for (let n = 0; n < 12; n++) {
    writeFileSync(join(repository, 'speed'), String(n));
    await git('add', '.');
    await git('commit', '--quiet', '-m', `commit ${n}`);
    commits.push((await git('rev-parse', 'HEAD')).stdout);
  }
});

function bisect(judge: (commit: string) => Judgement) {
  const asked: string[] = [];
  const ask = async (commit: string) => {
    asked.push(commit);
    return judge(commit);
  };
  const result = bisectCommits(repository, commits[0]!, commits.at(-1)!, ask, () => undefined);
  return result.then((found) => ({ ...found, asked }));
}

describe('bisect', () => {
  it('finds the first bad commit in few steps and leaves the checkout as it was', async () => {
    const { first, asked } = await bisect((commit) => (commits.indexOf(commit) >= 7 ? 'bad' : 'good'));
    expect(first).toBe(commits[7]);
    expect(asked.length).toBeLessThanOrEqual(4);
    expect(readFileSync(join(repository, 'speed'), 'utf8')).toBe('11');
    const { stdout } = await execa('git', ['worktree', 'list'], { cwd: repository });
    expect(stdout.trim().split('\n')).toHaveLength(1);
  });

  it('goes around a commit of which nothing can be told', async () => {
    const judge = (commit: string): Judgement => {
      const place = commits.indexOf(commit);
      return place === 5 ? 'skip' : place >= 8 ? 'bad' : 'good';
    };
    expect((await bisect(judge)).first).toBe(commits[8]);
  });

  it('says so where only such are left', async () => {
    const { first, said } = await bisect(() => 'skip');
    expect(first).toBeNull();
    expect(said).toContain("only 'skip'ped");
  });

  it('says in one line what is no cell and no commit', async () => {
    const cases = [
      [['bisect', '--good', 'HEAD', '--bad', 'HEAD', 'lenet5'], /is not the id of a cell/],
      [['bisect', '--good', 'nowhere', '--bad', 'HEAD', 'x'], /--good nowhere is no commit/],
    ] as const;
    for (const [args, message] of cases) {
      const { exitCode, stderr } = await bench(args);
      expect(exitCode).toBe(2);
      expect(String(stderr)).toMatch(message);
    }
  });
});
