/** The published form of the results: JSON Schema (draft 2020-12), kept in `results.schema.json` beside this file. */
import { z } from 'zod';
import { runResults, schemaId } from './results.js';
import { resultsVersion } from './version.js';

/** Text of `results.schema.json`; a test compares the file with it, and `npx vitest -u` writes it anew. */
export function resultsSchemaText(): string {
  const { $schema, ...rest } = z.toJSONSchema(runResults);
  const schema = {
    $schema,
    $id: schemaId,
    title: `Results of a run of Touchstone, version ${resultsVersion}`,
    ...rest,
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}
