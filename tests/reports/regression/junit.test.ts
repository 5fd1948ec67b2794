import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { gateJunit } from '../../../reports/regression/outputs/junit.js';
import { everyVerdict, finding, nasty, nastyTarget, report } from './fixture.js';

interface Parsed {
  readonly root: Record<string, string>;
  readonly suites: readonly {
    readonly name: string;
    readonly tests: string;
    readonly failures: string;
    readonly skipped: string;
    readonly timestamp: string;
    readonly cases: readonly {
      readonly name: string;
      readonly children: Readonly<
        Record<string, { readonly text: string; readonly message?: string; readonly type?: string }>
      >;
    }[];
  }[];
}

/** By another implementation of XML: Python's. */
const program = `
import json, sys, xml.etree.ElementTree as tree
root = tree.fromstring(sys.stdin.buffer.read())
print(json.dumps({"root": root.attrib, "suites": [{**suite.attrib, "cases": [
  {**case.attrib, "children": {child.tag: {**child.attrib, "text": child.text or ""} for child in case}}
  for case in suite.findall("testcase")]} for suite in root.findall("testsuite")]}))
`;

async function parsed(xml: string): Promise<Parsed> {
  const { stdout } = await execa('python3', ['-c', program], { input: xml });
  return JSON.parse(stdout) as Parsed;
}

describe('gateJunit', () => {
  it('a suite per target, a test per finding, each with the outcome of its verdict', async () => {
    const { root, suites } = await parsed(gateJunit(report()));
    expect(root).toMatchObject({
      name: 'Touchstone gate: regression',
      tests: '7',
      failures: '2',
      skipped: '2',
    });
    expect(suites.map(({ name }) => name)).toEqual(['pytorch/cpu', 'jax/cpu', 'tfjs/wasm', nastyTarget]);
    expect(suites[0]).toMatchObject({
      tests: '4',
      failures: '1',
      skipped: '1',
      timestamp: '2026-11-24T10:11:12',
    });
    const cases = suites.flatMap((suite) => suite.cases);
    const outcome = new Map(cases.map(({ name, children }) => [name, children]));
    const nameOf = (verdict: string) => {
      const found = everyVerdict.find((one) => one.verdict === verdict)!;
      return `${found.cell} ${found.metric}`;
    };
    expect(outcome.get(nameOf('broken'))!.failure!.message).toContain('the output differs');
    expect(outcome.get(nameOf('broken'))!.failure!.type).toBe('broken');
    expect(outcome.get(nameOf('regressed'))!.failure!.text).toContain('1.10× [1.08, 1.12], margin 2 %');
    for (const verdict of ['inconclusive', 'unmeasured']) {
      expect(Object.keys(outcome.get(nameOf(verdict))!)).toEqual(['skipped', 'system-out']);
      expect(outcome.get(nameOf(verdict))!['system-out']!.text).toContain(`it is ${verdict}`);
    }
    for (const verdict of ['accepted', 'improved', 'ok']) {
      expect(Object.keys(outcome.get(nameOf(verdict))!)).toEqual(['system-out']);
    }
    expect(outcome.get(nameOf('accepted'))!['system-out']!.text).toContain('accepted until 2027-02-22');
  });

  it('is valid XML for any text', async () => {
    const texts = [
      nasty,
      ']]>]]>',
      ']]\u0000>',
      '&\udc00;\udc00',
      '\ufffe\uffff\ud83d',
      '"\'<&>\t\u{1f600}',
      '',
    ];
    for (const verdict of ['regressed', 'inconclusive', 'accepted'] as const) {
      const findings = texts.map((text) =>
        finding(verdict, 'speed', { target: text, cell: text, reason: text }),
      );
      const xml = gateJunit(report(findings, { summary: nasty, notLikeForLike: texts, startedAt: nasty }));
      const { suites } = await parsed(xml);
      expect(suites).toHaveLength(texts.length);
      expect(xml).not.toMatch(/(?![\t\n\r])[\p{Cc}\p{Bidi_Control}]/u);
      expect(suites[5]!.name).toBe('"\'<&>\t\u{1f600}');
    }
  });

  it('two reports do not run into each other', async () => {
    gateJunit(report());
    expect((await parsed(gateJunit(report([])))).suites).toEqual([]);
  });
});
