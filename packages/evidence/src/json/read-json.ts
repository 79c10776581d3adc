import type { ByteSource, ReadLimits } from "../reading.ts";
import { textChunks } from "../text/text-chunks.ts";
import type { JsonHandler } from "./json-scanner.ts";
import { JsonScanner } from "./json-scanner.ts";

/**
 * Reads a JSON document as it comes, keeping only what the handler wants.
 *
 * @throws StopReading `malformed`, or `truncated` when it breaks off
 */
export async function readJson(source: ByteSource, limits: ReadLimits, handler: JsonHandler): Promise<void> {
  const scanner = new JsonScanner(handler, limits);
  for await (const chunk of textChunks(source, limits)) scanner.write(chunk);
  scanner.end();
}
