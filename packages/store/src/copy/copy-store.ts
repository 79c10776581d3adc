import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { StringDecoder } from "node:string_decoder";
import { createGunzip, createGzip } from "node:zlib";
import { HoldpointError, problem } from "@holdpoint/core";
import { storeProblems } from "../store.problems.ts";
import type { Store } from "../store.types.ts";
import { type CopyProgress, type OnCopyProgress, watched } from "./copy-progress.ts";
import { damaged, fromLines, readRecords, toLines } from "./copy-records.ts";
import { requireAlone } from "./require-alone.ts";
import { type CopySummary, requireEmpty, writeRecords } from "./write-records.ts";

/**
 * Writes the whole database into a file: every table of the schema as of one moment, compressed, with row counts and
 * digests. Others may go on working meanwhile.
 *
 * The file appears under its name when it is whole and on the disk, readable by its owner alone. It holds everything that
 * the database holds, documents and evidence included. Before it gets its name it is read back and compared with its digest.
 *
 * @throws HoldpointError HP6023 when the file exists or cannot be written, HP6024 when it reads back differently, HP6019
 *   for a user that is bound to tenants
 */
export async function backup(store: Store, file: string, onProgress: OnCopyProgress = ignore): Promise<CopySummary> {
  if (existsSync(file)) throw problem(storeProblems, "HP6023", { file, detail: "it exists already" }, { file });
  const draft = `${file}.part`;
  try {
    const tables = await store.asSystem().transaction(async (tx) => {
      const summary: { name: string; rows: number; digest: string }[] = [];
      await rm(draft, { force: true });
      const lines = toLines(watched(readRecords(tx), noting(summary, onProgress)));
      const target = createWriteStream(draft, { flags: "wx", mode: 0o600, flush: true });
      try {
        await pipeline(Readable.from(lines), createGzip(), target);
      } catch (error) {
        // Here, because the store takes a code such as ENOENT for one of its connection.
        throw fileProblem(file, error);
      }
      return summary;
    });
    for await (const _ of fromLines(linesOf(unpacked(draft)), file)) continue;
    for (const { name: table, rows } of tables) onProgress({ table, rows, state: "verified" });
    await rename(draft, file);
    return { tables };
  } catch (error) {
    await rm(draft, { force: true });
    throw fileProblem(file, error);
  }
}

/**
 * Reads a file that {@link backup} wrote into an empty database of the same schema, in one transaction: all of it, compared
 * with the digests as it is read and again as it stands in the target, or nothing.
 *
 * Numbers of transactions (`event.xid`) are 0 in the copy, and identity columns go on where they were.
 *
 * @throws HoldpointError HP6023 when the file cannot be read, HP6024 when it is damaged, HP6025 when it is of another schema,
 *   HP6026 when the target holds rows, HP6027 when what the target holds in the end differs, HP6028 when another process is
 *   connected to it
 */
export async function restore(file: string, target: Store, onProgress: OnCopyProgress = ignore): Promise<CopySummary> {
  return await target.asSystem().transaction(async (tx) => {
    await requireAlone(tx, target.description);
    const tables = await requireEmpty(tx);
    try {
      const records = watched(fromLines(linesOf(unpacked(file)), file), onProgress);
      return await writeRecords(tx, tables, records, { source: file, onProgress });
    } catch (error) {
      throw fileProblem(file, error);
    }
  });
}

/**
 * Copies a whole database into another, empty one, as {@link backup} and {@link restore} do but without a file: from embedded
 * to a server or back, or from native to WebAssembly. The source stays as it is. Nothing else may be connected to either
 * end, before or after: what was written meanwhile would not be in the copy.
 *
 * @throws HoldpointError HP6025 to HP6028 as {@link restore}
 */
export async function moveStore(from: Store, to: Store, onProgress: OnCopyProgress = ignore): Promise<CopySummary> {
  const system = from.asSystem();
  await requireAlone(system, from.description);
  return await to.asSystem().transaction(async (tx) => {
    await requireAlone(tx, to.description);
    const tables = await requireEmpty(tx);
    const summary = await system.transaction((source) => {
      const records = watched(readRecords(source), onProgress);
      return writeRecords(tx, tables, records, { source: from.description, onProgress });
    });
    // Whoever came in the meantime may have written what is not in the copy; then nothing is kept of it.
    await requireAlone(system, from.description);
    return summary;
  });
}

const ignore: OnCopyProgress = () => undefined;

/** Keeps what is told of tables that were copied, and passes it on. */
function noting(summary: { name: string; rows: number; digest: string }[], onProgress: OnCopyProgress): OnCopyProgress {
  return (progress: CopyProgress) => {
    if (progress.state === "copied") {
      summary.push({ name: progress.table, rows: progress.rows, digest: progress.digest });
    }
    onProgress(progress);
  };
}

/** Read as it is asked for, so that nothing of a damaged file is still being written when that is found. */
async function* unpacked(file: string): AsyncGenerator<Buffer> {
  const packed = createReadStream(file);
  const chunks = createGunzip();
  packed.on("error", (error) => chunks.destroy(error));
  try {
    yield* packed.pipe(chunks);
  } finally {
    packed.destroy();
  }
}

async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  for await (const chunk of chunks) {
    const lines = `${rest}${decoder.write(chunk)}`.split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  rest += decoder.end();
  if (rest !== "") yield rest;
}

/** What zlib and the file system say, as problems; any other error as it is. */
function fileProblem(file: string, error: unknown): unknown {
  if (error instanceof HoldpointError || !(error instanceof Error && "code" in error)) return error;
  if (typeof error.code === "string" && error.code.startsWith("Z_")) return damaged(file, error.message, error);
  if ("syscall" in error)
    return problem(storeProblems, "HP6023", { file, detail: error.message }, { file, cause: error });
  return error;
}
