import { sha256 } from "../sha256.ts";
import type { HandedEvidence } from "./handed-over.ts";

/** What came with a request: a word on a metric, or a report as text. */
export type UploadedEvidence =
  | {
      readonly type: "metric";
      readonly metric: string;
      readonly value: number | string | boolean;
      readonly unit: string | null;
    }
  | { readonly type: "report"; readonly name: string; readonly content: string; readonly reader: string | null };

/** What was sent, as evidence that was handed over: no more than that, whatever its sender says of itself. */
export function handedFromUpload(items: readonly UploadedEvidence[]): readonly HandedEvidence[] {
  return items.map((item) => {
    if (item.type === "metric") {
      const { metric, value, unit } = item;
      return { type: "word", metric, value, unit };
    }
    const bytes = Buffer.from(item.content, "utf8");
    const digest = sha256(bytes);
    const open = (): AsyncIterable<Uint8Array> => once(bytes);
    return { type: "file", open, name: item.name, digest, size: bytes.length, reader: item.reader };
  });
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}
