/** What the page computes from its table, held against the results themselves. */
import { describe, expect, it } from 'vitest';
import { samplingOf } from '../../../common/statistics/sampling.js';
import { analyse } from '../../../reports/analyse/analyse.js';
import { pairedRatio } from '../../../reports/analyse/estimates.js';
import { isOk } from '../../../reports/analyse/groups.js';
import {
  type Choice,
  choiceOf,
  firstChoice,
  firstChoiceOf,
  hashOf,
} from '../../../reports/html/page/choice.js';
import { csvOf } from '../../../reports/html/page/csv.js';
import { cellCommand, detailOf } from '../../../reports/html/page/detail.js';
import { duelOf } from '../../../reports/html/page/duel.js';
import { lookOf } from '../../../reports/html/page/look.js';
import { type CellView, heatOf, matrixView } from '../../../reports/html/page/matrix.js';
import { packed, unpacked } from '../../../reports/html/page/pack.js';
import { ratioOf, standingOf, unlikeQuotient, whyUnlikeQuotient } from '../../../reports/html/page/ratio.js';
import { sceneOf } from '../../../reports/html/page/scene.js';
import { familiesOf } from '../../../reports/html/page/selection.js';
import {
  cellAt,
  cellId,
  cellSlug,
  isToldApart,
  type ResultTable,
  rankedCells,
} from '../../../reports/html/page/table.js';
import { tableOf } from '../../../reports/html/view/table.js';
import { inline, ratio as ratioQuantity } from '../../../reports/text.js';
import { fixtureRun, hostileTarget, swiftShader } from '../fixtures.js';

const { manifest, events } = fixtureRun({ hostile: true });
const results = analyse(manifest, events);
const table = tableOf(results, 40);
const targetOf = (name: string) => table.targets.findIndex((target) => target.name === name);
const groupOf = (slug: string) => table.groups.findIndex((group) => group.slug === slug);
const cellOf = (slug: string, target: string) => cellAt(table, groupOf(slug), targetOf(target))!;
const view = (changes: Partial<Choice> = {}, of: ResultTable = table) =>
  matrixView(of, { ...firstChoice, ...changes });
const rowOf = (name: string, changes: Partial<Choice> = {}) =>
  view(changes).rows.find((row) => row.name === name)!;
const first = 'lenet5/inference/1';

describe('the table', () => {
  it('has every planned cell once, and numbers of those that are ok alone', () => {
    expect(table.cells.state).toHaveLength(results.cells.length);
    table.cells.state.forEach((state, cell) => {
      expect(table.cells.time[cell] !== null).toBe(state === 'ok');
      expect(table.cells.medians[cell]!.length > 0).toBe(state === 'ok');
    });
  });

  it('gives the ratio of any two cells as the analysis does, with its interval', () => {
    const sampling = samplingOf(results.options);
    const ok = results.cells
      .filter(isOk)
      .filter(({ workload, mode, batch }) => `${workload}/${mode}/${batch}` === first);
    for (const one of ok) {
      for (const other of ok.filter((cell) => cell !== one)) {
        const wanted = pairedRatio(one.samples, other.samples, sampling).ratio;
        const found = ratioOf(table, cellOf(first, one.target), cellOf(first, other.target));
        for (const bound of ['value', 'low', 'high'] as const) {
          expect(found[bound]! / wanted[bound]!).toBeCloseTo(1, 5);
        }
        expect(found).toMatchObject({ level: wanted.level, rounds: wanted.rounds });
      }
    }
  });

  it('links are distinct and need no escape, whatever the names', () => {
    const slugs = table.cells.state.map((_, cell) => cellSlug(table, cell));
    expect(new Set(slugs).size).toBe(slugs.length);
    for (const slug of slugs) expect(slug).toMatch(/^[\w.~@/-]+$/);
    expect(slugs).toContain('lenet5/inference/1/pytorch-cpu');
  });
});

describe('standing', () => {
  const standing = (target: string, baseline: string) => {
    const [cell, against] = [cellOf(first, target), cellOf(first, baseline)];
    return standingOf(table, cell, against, ratioOf(table, cell, against));
  };

  it('says faster and slower where the ranks do, whichever is the baseline', () => {
    expect(standing('pytorch/cpu', 'onnxruntime/cpu')).toBe('slower');
    expect(standing('onnxruntime/cpu', 'pytorch/cpu')).toBe('faster');
    expect(standing('pytorch/cpu', 'pytorch/cpu')).toBe('baseline');
  });

  it('of equal targets is no difference, in both directions', () => {
    expect(isToldApart(table, cellOf(first, 'tfjs/js'), cellOf(first, 'convnetjs/js'))).toBe(false);
    for (const [a, b] of [
      ['tfjs/js', 'convnetjs/js'],
      ['convnetjs/js', 'tfjs/js'],
    ] as const)
      expect(['tie', 'undecided']).toContain(standing(a, b));
  });

  it('is a tie only where the interval is within 2 %', () => {
    const [cell, against] = [cellOf(first, 'tfjs/js'), cellOf(first, 'convnetjs/js')];
    const of = (low: number | null, high: number | null) =>
      standingOf(table, cell, against, { value: 1, low, high, level: 0.95, rounds: 8 });
    expect(of(0.99, 1.01)).toBe('tie');
    expect(of(0.99, 1.03)).toBe('undecided');
    expect(of(null, null)).toBe('undecided');
  });
});

describe('a ratio that is not the quotient of the times beside it', () => {
  const only = (medians: number[][], rounds: number[][]): ResultTable => ({
    ...table,
    cells: {
      ...table.cells,
      medians: table.cells.medians.map((own, cell) => medians[cell] ?? own),
      rounds: table.cells.rounds.map((own, cell) => rounds[cell] ?? own),
    },
  });

  it('is explained by the rounds that one of them missed', () => {
    const changed = only(
      [
        [200, 200, 200],
        [100, 100, 100, 50, 50, 50, 50],
      ],
      [
        [0, 1, 2],
        [0, 1, 2, 3, 4, 5, 6],
      ],
    );
    const ratio = ratioOf(changed, 0, 1);
    expect(ratio.value).toBeCloseTo(2, 9);
    expect(unlikeQuotient(changed, 0, 1, ratio)).toBe(4);
    expect(whyUnlikeQuotient(changed, 0, 1)).toBe(
      'the times are medians over 3 and 7 rounds, the ratio rests on the 3 that both took part in, in which the baseline took 100 % longer than over all of its rounds',
    );
  });

  it('is explained by what changed between rounds that both took part in', () => {
    const changed = only(
      [
        [100, 200, 900],
        [100, 100, 300],
      ],
      [
        [0, 1, 2],
        [0, 1, 2],
      ],
    );
    expect(unlikeQuotient(changed, 0, 1, { ...ratioOf(changed, 0, 1), value: 2.5 })).toBe(2);
    expect(whyUnlikeQuotient(changed, 0, 1)).toMatch(/^each time is a median over rounds, between which/);
  });

  it('is not mentioned within 10 %', () => {
    const changed = only(
      [
        [105, 105, 105],
        [100, 100, 100],
      ],
      [
        [0, 1, 2],
        [0, 1, 2],
      ],
    );
    expect(unlikeQuotient(changed, 0, 1, { ...ratioOf(changed, 0, 1), value: 1 })).toBeUndefined();
  });
});

describe('the matrix', () => {
  it('has a row for each target with a result, and a column for each comparison', () => {
    const { rows, columns, workloads, status } = view();
    expect(rows.map(({ name }) => name).sort()).toEqual(
      [...new Set(results.cells.filter(isOk).map(({ target }) => target))].sort(),
    );
    expect(columns.map(({ slug }) => slug)).toEqual(table.groups.map(({ slug }) => slug));
    expect(workloads).toEqual([
      { title: 'lenet5', span: 3 },
      { title: 'lstm-rows', span: 2 },
    ]);
    expect(status).toBe('40 of 40 cells shown: 7 of 7 targets with a result, 5 of 5 comparisons');
  });

  it('says in words what a cell shows: ratio, interval, decision and rank', () => {
    const [cell] = rowOf('pytorch/cpu').cells;
    expect(cell).toMatchObject({
      slug: 'lenet5/inference/1/pytorch-cpu',
      symbol: '▲',
      hint: 'slower; rank 2 of 6',
    });
    expect(cell!.label).toMatch(
      /^▲ 3\.\d+× \[[\d.]+, [\d.]+] pytorch\/cpu, lenet5 · inference · batch 1: slower; rank 2 of 6$/,
    );
    expect(rowOf('tfjs/js').cells[0]!.hint).toMatch(/rank 5–6 of 6$/);
  });

  it('has a symbol for every state, and a legend of those that occur', () => {
    const states = (target: string) => rowOf(target).cells.map(({ symbol }) => symbol);
    expect(states('tfjs/wasm').slice(2)).toEqual(['!', '▲', '✗']);
    expect(states('onnxruntime/cpu')[2]).toBe('–');
    const { legend } = view();
    expect(legend.map(({ meaning }) => meaning)).toEqual(
      expect.arrayContaining(['wrong result', 'failed', 'unsupported']),
    );
    expect(legend.map(({ meaning }) => meaning)).not.toContain('not installed here');
  });

  it('against a chosen target: what it did not run has no ratio', () => {
    const cells = rowOf('pytorch/cpu', { baseline: targetOf('onnxruntime/cpu') }).cells;
    expect(cells[2]).toMatchObject({ text: '·', hint: 'the baseline has no result here; rank 1 of 5' });
    expect(rowOf('onnxruntime/cpu', { baseline: targetOf('pytorch/cpu') }).cells[0]).toMatchObject({
      symbol: '▼',
    });
  });

  it('sorts by what is shown, in both directions, what has no value last', () => {
    const ratios = (changes: Partial<Choice>) =>
      view(changes)
        .rows.map(({ cells }) => cells[2]!.text)
        .map((text) => (/\d/.test(text) ? Number.parseFloat(text.replace(',', '')) : null));
    const sort = { group: groupOf('lenet5/training/64') };
    for (const descending of [false, true]) {
      const found = ratios({ sort, descending });
      const values = found.filter((value) => value !== null);
      expect(values).toEqual([...values].sort((a, b) => (descending ? b - a : a - b)));
      expect(found.slice(values.length).every((value) => value === null)).toBe(true);
    }
    const names = view({ sort: 'target' }).rows.map(({ name }) => name);
    expect(names).toEqual([...names].sort());
  });

  it('takes the overall mean only over what all shown targets have, and says so', () => {
    // slowpoke/js has a single result, where others have none.
    expect(view().overall.title).toBe('none that all targets have');
    expect(view().rows.every(({ overall }) => overall.text === '')).toBe(true);
    // Then the first column orders, and says so.
    expect(view().overall.sorted).toBe('');
    expect(view().columns[0]!.sorted).toBe('ascending');
    const others = new Set(['slowpoke/js', 'convnetjs/js', 'onnxruntime/cpu'].map(targetOf));
    expect(view({ hiddenTargets: others }).overall.title).toBe('geometric mean of 3 of 5');
    const shown = new Set(['pytorch/cpu', 'tfjs/js'].map(targetOf));
    const hiddenTargets = new Set([...table.targets.keys()].filter((target) => !shown.has(target)));
    const { overall, rows } = view({ hiddenTargets, baseline: targetOf('pytorch/cpu') });
    expect(overall.title).toBe('geometric mean of 5 of 5');
    const logs = table.groups.map((_, group) => {
      const [own, other] = ['tfjs/js', 'pytorch/cpu'].map((name) => cellAt(table, group, targetOf(name))!);
      return Math.log(ratioOf(table, own!, other!).value);
    });
    const mean = Math.exp(logs.reduce((sum, log) => sum + log, 0) / logs.length);
    const text = rows.find(({ name }) => name === 'tfjs/js')!.overall.text;
    expect(Number.parseFloat(text) / mean).toBeCloseTo(1, 1);
    expect(rows.find(({ name }) => name === 'pytorch/cpu')!.overall.text).toMatch(/^1/);
    // Of one comparison it is that ratio.
    const alone = view({ hiddenTargets, hiddenGroups: new Set([1, 2, 3, 4]) }).rows;
    const bare = ({ text, interval }: CellView) => (interval ? Number.parseFloat(text) : 1);
    for (const { overall, cells } of alone)
      expect(Number.parseFloat(overall.text) / bare(cells[0]!)).toBeCloseTo(1, 1);
  });

  it('folds a family of which nothing is shown', () => {
    const families = familiesOf(table);
    expect([...families.keys()].sort()).toEqual(['JavaScript', 'No longer developed', 'Python']);
    const hiddenTargets = new Set(families.get('No longer developed'));
    const { folded, rows, status } = view({ hiddenTargets });
    expect(folded).toEqual([{ family: 'No longer developed', count: 1 }]);
    expect(rows.some(({ name }) => name === 'convnetjs/js')).toBe(false);
    expect(status).toBe('35 of 40 cells shown: 6 of 7 targets with a result, 5 of 5 comparisons');
  });

  it('heats by the size of the log ratio, alike in both directions', () => {
    expect([1, 1.1, 2, 0.5, 64, 1e6, 1 / 1e6].map(heatOf)).toEqual([
      '',
      '',
      'slow-2',
      'fast-2',
      'slow-10',
      'slow-10',
      'fast-10',
    ]);
  });

  it('fades what is not told apart', () => {
    const cell = rowOf('convnetjs/js', { baseline: targetOf('tfjs/js') }).cells[0]!;
    expect(cell.style).toContain('fade-3');
  });
});

it('a target has the same look everywhere, and no two of 64 the same', () => {
  const looks = Array.from({ length: 64 }, (_, target) => lookOf(target));
  expect(new Set(looks.map(({ series, shape }) => `${series} ${shape}`)).size).toBe(64);
  expect(new Set(looks.map(({ shape, symbol }) => `${shape} ${symbol}`)).size).toBe(8);
});

describe('the hash', () => {
  const choices: Partial<Choice>[] = [
    {},
    { baseline: 1, sort: { group: 2 }, descending: true, group: 2 },
    { sort: 'target', hiddenTargets: new Set([0, 3]), hiddenGroups: new Set([1]), theme: 'dark' },
    { group: 1, cell: cellOf('lenet5/inference/64', 'pytorch/cpu') },
    { descending: true },
  ];

  it.each(choices)('says %j and is read again', (changes) => {
    const choice = { ...firstChoice, ...changes };
    expect(choiceOf(table, hashOf(table, choice))).toEqual(choice);
  });

  it('is empty for the first choice, and readable otherwise', () => {
    expect(hashOf(table, firstChoice)).toBe('');
    const cell = cellOf(first, 'pytorch/cpu');
    expect(hashOf(table, { ...firstChoice, cell, baseline: targetOf('tfjs/js') })).toBe(
      '#lenet5/inference/1/pytorch-cpu?baseline=tfjs-js',
    );
  });

  it.each(['#nothing', '#%', '#?baseline=nobody&sort=x&theme=plaid&hide=,,y', '#/'])(
    '%s chooses nothing',
    (hash) => {
      expect(choiceOf(table, hash)).toEqual(firstChoice);
    },
  );
});

describe('devices in software', () => {
  const made = fixtureRun({ devices: { 'tfjs/wasm': swiftShader } });
  const mixed = tableOf(analyse(made.manifest, made.events), 40);
  const slugsIn = (choice: Choice) => matrixView(mixed, choice).columns.map(({ slug }) => slug);
  const namesIn = (choice: Choice) => matrixView(mixed, choice).rows.map(({ name }) => name);

  it('are left out of matrix and charts until they are asked for', () => {
    const choice = firstChoiceOf(mixed);
    expect(slugsIn(choice).filter((slug) => slug.endsWith('/software'))).toEqual([]);
    expect(namesIn(choice)).not.toContain('tfjs/wasm');
    expect(matrixView(mixed, choice).status).toContain('devices in software are left out');
    const all = { ...choice, hiddenGroups: new Set<number>() };
    expect(slugsIn(all)).toContain('lenet5/inference/1/software');
    expect(namesIn(all)).toContain('tfjs/wasm');
    expect(matrixView(mixed, all).status).not.toContain('software');
    expect(hashOf(mixed, choice)).toBe('');
    expect(hashOf(mixed, all)).toBe('#?without=none');
    for (const one of [choice, all]) expect(choiceOf(mixed, hashOf(mixed, one))).toEqual(one);
  });

  it('have no column where none of the targets that are shown was planned in it', () => {
    const hiddenTargets = new Set([mixed.targets.findIndex(({ name }) => name === 'tfjs/wasm')]);
    const shown = slugsIn({ ...firstChoice, hiddenTargets });
    expect(shown.filter((slug) => slug.endsWith('/software'))).toEqual([]);
    expect(shown).toContain('lenet5/inference/1');
  });

  it('are drawn where their comparison is chosen, and shown where there is nothing else', () => {
    const group = mixed.groups.findIndex(({ slug }) => slug === 'lenet5/inference/1/software');
    expect(sceneOf(mixed, { ...firstChoiceOf(mixed), group })?.cells).toHaveLength(1);
    const groups = mixed.groups.map((each) => ({ ...each, isSoftware: true }));
    expect(firstChoiceOf({ ...mixed, groups })).toEqual(firstChoice);
  });
});

describe('the details of a cell', () => {
  const lines = (slug: string, target: string) =>
    new Map(detailOf(table, cellOf(slug, target), firstChoice).lines.map(({ label, text }) => [label, text]));

  it('has ratio, decision, rank, time, percentiles and every round', () => {
    const found = lines(first, 'pytorch/cpu');
    expect(found.get('Time ÷ onnxruntime/cpu')).toMatch(
      /^3\.\d+× \[.*], 99 % interval from 10 common rounds \(signed-rank\)$/,
    );
    expect(found.get('Decision')).toMatch(/^slower than onnxruntime\/cpu/);
    expect(found.get('Rank')).toBe('2 of 6');
    expect(found.get('Single iterations')).toMatch(/^p50 18\d µs/);
    expect(detailOf(table, cellOf(first, 'pytorch/cpu'), firstChoice).rounds).toHaveLength(10);
  });

  it('of a cell without a result has its reason and no number', () => {
    const found = lines('lenet5/training/64', 'tfjs/wasm');
    expect([...found.keys()]).toEqual(['State', 'Reason']);
    expect(found.get('Reason')).toContain('Conv2DBackpropFilter');
  });
});

describe('the scene of a chart', () => {
  it('has shown targets alone, fastest first, and none where nothing has a result', () => {
    const group = groupOf(first);
    const scene = sceneOf(table, {
      ...firstChoice,
      group,
      hiddenTargets: new Set([targetOf('pytorch/cpu')]),
    })!;
    expect(scene.cells).toEqual(
      rankedCells(table, group).filter((cell) => cell !== cellOf(first, 'pytorch/cpu')),
    );
    expect(sceneOf(table, { ...firstChoice, hiddenTargets: new Set(table.targets.keys()) })).toBeUndefined();
  });
});

it('CSV has a line for each round, and names that no spreadsheet takes for a formula', () => {
  const renamed = {
    ...table,
    targets: table.targets.map((target) => ({ ...target, name: `=${target.name}` })),
  };
  const [head, ...lines] = csvOf(renamed).split('\r\n');
  expect(head).toBe('"comparison","target","round","median_ns"');
  expect(lines).toHaveLength(results.cells.filter(isOk).length * 10);
  for (const line of lines) expect(line).toMatch(/^"[^"]+","'=.*",\d+,[\d.]+$/);
  expect(csvOf(table)).toContain(hostileTarget.replaceAll('"', '""'));
});

it('in the page a table is packed, and is the same again', () => {
  const again = unpacked(JSON.parse(JSON.stringify(packed(table))));
  expect(again).toEqual(JSON.parse(JSON.stringify(table)));
  const bytes = (value: unknown) => JSON.stringify(value).length;
  expect(bytes(packed(table))).toBeLessThan(bytes(table));
});

it('a cell has the id that the run has, and a command that measures it alone', () => {
  const ids = table.cells.state.map((_, cell) => cellId(table, cell));
  expect(ids.sort()).toEqual(results.cells.map(({ id }) => id).sort());
  expect(cellCommand(table, cellOf(first, 'pytorch/cpu'))).toBe(
    'npm run bench -- --workload lenet5 --mode inference --batch 1 --targets pytorch/cpu --threads 1 --seed 1',
  );
});

it('the command of a cell of a model keeps what is said of the model', () => {
  const command =
    "npm run bench -- --model 'my nets/lenet5.onnx' --model b.onnx --input image=1x3 --targets a,b --time 5s --seed 2";
  const own = tableOf({ ...results, command }, 0);
  const cell = own.cells.state.indexOf('ok');
  expect(cellCommand(own, cell)).toMatch(
    /^npm run bench -- --model 'my nets\/lenet5\.onnx' --input image=1x3 --targets \S+ --threads 1 --seed 2$/,
  );
});

describe('two targets head to head', () => {
  const duel = (own: string, other: string, changes: Partial<Choice> = {}) =>
    duelOf(table, { ...firstChoice, ...changes }, [targetOf(own), targetOf(other)]);

  it('has the ratio of each comparison that both have, and their mean', () => {
    const { table: found, summary } = duel('pytorch/cpu', 'onnxruntime/cpu');
    expect(found.rows).toHaveLength(3);
    expect(found.rows[0]!.cells[2]!.text).toBe(
      inline(ratioQuantity(ratioOf(table, cellOf(first, 'pytorch/cpu'), cellOf(first, 'onnxruntime/cpu')))),
    );
    expect(summary).toMatch(
      /^pytorch\/cpu is faster in 0, slower in 3 and not told apart from onnxruntime\/cpu in 0 of 3 comparisons that both have \(of 5 shown\)/,
    );
  });

  it('is the other way around from the other side, and over shown comparisons alone', () => {
    const { summary } = duel('onnxruntime/cpu', 'pytorch/cpu', { hiddenGroups: new Set([0]) });
    expect(summary).toMatch(/faster in 2, slower in 0 .* 2 comparisons that both have \(of 4 shown\)/);
  });

  it('stands in the link', () => {
    const choice = { ...firstChoice, duel: [targetOf('tfjs/js'), targetOf('pytorch/cpu')] as const };
    expect(hashOf(table, choice)).toBe('#?duel=tfjs-js,pytorch-cpu');
    expect(choiceOf(table, '#?duel=tfjs-js,pytorch-cpu')).toEqual(choice);
    expect(choiceOf(table, '#?duel=tfjs-js').duel).toBeNull();
  });
});
