/** The scripts of a workflow or of a composite action, so that a test can run them without the service. */

/** The `run: |` blocks by the name of their step: enough of YAML for the files of this project. */
export function runBlocks(yaml: string): Map<string, string> {
  const lines = yaml.split('\n');
  const blocks = new Map<string, string>();
  let name = '';
  lines.forEach((line, index) => {
    name = /^ +- name: (.+)$/.exec(line)?.[1] ?? name;
    const indent = /^( +)run: \|$/.exec(line)?.[1]?.length;
    if (indent === undefined) return;
    const rest = lines.slice(index + 1);
    const end = rest.findIndex((next) => next.trim() !== '' && next.search(/\S/) <= indent);
    const block = end < 0 ? rest : rest.slice(0, end);
    blocks.set(name, block.map((inner) => inner.slice(indent + 2)).join('\n'));
  });
  return blocks;
}
