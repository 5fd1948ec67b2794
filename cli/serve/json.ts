/** Undefined for what is no JSON: whoever reads it has a schema that refuses that too. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
