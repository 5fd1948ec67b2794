/** What wrote an `.onnx` file, as the file says it. */
import { wireFields } from '../../model/import/wire.js';

/** Field numbers of ModelProto, in onnx.proto. */
const fields = { producerName: 2, producerVersion: 3 } as const;

/** `pytorch 2.1.0`; `unknown` where the file does not name its producer. */
export function exporterOf(bytes: Uint8Array): string {
  const found = new Map<number, string>();
  for (const { number, content } of wireFields(bytes)) {
    if (content)
      found.set(number, number <= fields.producerVersion ? Buffer.from(content).toString('utf8') : '');
  }
  const name = found.get(fields.producerName)?.trim();
  const version = found.get(fields.producerVersion)?.trim();
  return name ? [name, version].filter(Boolean).join(' ') : 'unknown';
}
