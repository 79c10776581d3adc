import { createHash, randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { copyFile, type FileHandle, mkdir, open, readdir, realpath, rename, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type AgentArtifactLine, type AgentEvidenceLine, readAgentLine } from "@holdpoint/contract";
import { isInside } from "../command/working-directory.ts";

/** Bounds of what one attempt may hand over. */
export const INBOX_BOUNDS: { readonly entries: number; readonly bytes: number } = {
  entries: 1000,
  bytes: 64 * 1024 * 1024,
};

/** What an agent handed over. Its tier is at most E1, whatever it says of itself. */
export type HandedOver =
  | (AgentEvidenceLine & { readonly tier: "E0" })
  | (AgentArtifactLine & {
      readonly tier: "E1";
      /** The bytes, copied to where the agent cannot change them any more; absolute. */
      readonly kept: string;
      readonly digest: string;
      /** Bytes. */
      readonly size: number;
    });

/** What was handed over, and what of it was not taken, with the reason. */
export interface Collected {
  readonly taken: readonly HandedOver[];
  readonly refused: readonly { readonly name: string; readonly reason: string }[];
}

/**
 * Puts a file or a word on a metric into an attempt's inbox: what `holdpoint evidence add` does inside an attempt.
 *
 * The note is renamed into place last, so that a half-written entry is never picked up.
 */
export async function addToInbox(inbox: string, entry: AgentArtifactLine | AgentEvidenceLine): Promise<void> {
  const id = `${Date.now().toString().padStart(15, "0")}-${randomUUID()}`;
  await mkdir(inbox, { recursive: true });
  let note = entry;
  if (entry.type === "artifact") {
    await copyFile(entry.path, join(inbox, `${id}.data`));
    note = { ...entry, path: `${id}.data`, name: entry.name ?? entry.path };
  }
  const beside = join(inbox, `.${id}`);
  await writeFile(beside, JSON.stringify(note), { flag: "wx" });
  await rename(beside, join(inbox, `${id}.json`));
}

/** Reads the notes of an inbox, oldest first. What is not one of ours is refused by name. */
export async function readInbox(inbox: string): Promise<{
  readonly entries: readonly (AgentArtifactLine | AgentEvidenceLine)[];
  readonly refused: Collected["refused"];
}> {
  const names = (await readdir(inbox).catch((): string[] => [])).filter((name) => name.endsWith(".json")).sort();
  const entries: (AgentArtifactLine | AgentEvidenceLine)[] = [];
  const refused: { name: string; reason: string }[] = [];
  for (const name of names.slice(0, INBOX_BOUNDS.entries)) {
    const text = await readBounded(join(inbox, name), 64 * 1024);
    const line = typeof text === "string" ? null : readAgentLine(text.bytes.toString("utf8"));
    if (line?.type === "artifact" || line?.type === "evidence") entries.push(line);
    else refused.push({ name, reason: typeof text === "string" ? text : "it is no note of evidence" });
  }
  if (names.length > INBOX_BOUNDS.entries)
    refused.push({ name: "…", reason: `more than ${INBOX_BOUNDS.entries} notes` });
  return { entries, refused };
}

/**
 * Takes what an attempt handed over into a folder of ours. Call when the attempt has ended.
 *
 * A path that leads out of `root`, a link, a pipe or a device, and what exceeds {@link INBOX_BOUNDS} is refused.
 */
export async function collect(
  entries: readonly (AgentArtifactLine | AgentEvidenceLine)[],
  root: string,
  keepIn: string,
): Promise<Collected> {
  const taken: HandedOver[] = [];
  const refused: { name: string; reason: string }[] = [];
  let room = INBOX_BOUNDS.bytes;
  for (const entry of entries) {
    if (taken.length >= INBOX_BOUNDS.entries) {
      refused.push({ name: "…", reason: `more than ${INBOX_BOUNDS.entries} entries` });
      break;
    }
    if (entry.type === "evidence") {
      taken.push({ ...entry, tier: "E0" });
      continue;
    }
    const artifact = await take(entry, root, keepIn, room);
    if ("reason" in artifact) refused.push({ name: entry.name ?? entry.path, reason: artifact.reason });
    else {
      room -= artifact.size;
      taken.push(artifact);
    }
  }
  return { taken, refused };
}

async function take(
  entry: AgentArtifactLine,
  root: string,
  keepIn: string,
  room: number,
): Promise<(HandedOver & { readonly tier: "E1" }) | { readonly reason: string }> {
  const path = resolve(root, entry.path);
  // Links on the way are resolved before the look, so that none of them can lead out.
  const real = await realpath(path).catch(() => null);
  if (real === null) return { reason: "there is no such file" };
  if (!isInside(await realpath(root), real)) return { reason: "it is not inside the workspace" };
  const file = await readBounded(real, room);
  if (typeof file === "string") return { reason: file };
  const digest = createHash("sha256").update(file.bytes).digest("hex");
  await mkdir(keepIn, { recursive: true });
  const kept = join(keepIn, digest);
  await writeFile(kept, file.bytes);
  return { ...entry, tier: "E1", kept, digest: `sha256:${digest}`, size: file.bytes.length };
}

/** Reads a plain file; a text says why not. Without following a link and without waiting for a pipe. */
async function readBounded(path: string, limitBytes: number): Promise<{ readonly bytes: Buffer } | string> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stat = await handle.stat();
    if (!stat.isFile()) return "it is not a plain file";
    if (stat.size > limitBytes) return `it has ${stat.size} bytes, and ${limitBytes} are left`;
    return { bytes: await handle.readFile() };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    await handle?.close();
  }
}
