import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Json, Recording } from "./recording.types.ts";

/** A folder for each version. */
export const RECORDINGS: string = join(import.meta.dirname, "recordings");

const json: z.ZodType<Json> = z.lazy(() =>
  z.union([z.null(), z.boolean(), z.number(), z.string(), z.array(json), z.record(z.string(), json)]),
);
const headers = z.record(z.string(), z.string());
const request = z.object({ method: z.string(), path: z.string(), headers, body: json });
const exchange = z.object({
  operation: z.string(),
  request,
  response: z.object({ status: z.int(), headers, body: json }),
});
const stream = z.object({ operation: z.string(), request, act: exchange.nullable(), lines: z.array(z.string()) });

/** Every recording, oldest version first. */
export function readRecordings(): readonly Recording[] {
  const read = (name: string, file: string): unknown => JSON.parse(readFileSync(join(RECORDINGS, name, file), "utf8"));
  return readdirSync(RECORDINGS)
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }))
    .map((name) => ({
      version: name.slice(1),
      exchanges: z.array(exchange).parse(read(name, "exchanges.json")),
      streams: z.array(stream).parse(read(name, "streams.json")),
    }));
}
