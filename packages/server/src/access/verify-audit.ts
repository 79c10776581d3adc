import type { KeyObject } from "node:crypto";
import { type AuditCheckpoint, auditCheckpoint } from "@holdpoint/contract";
import { canonicalJson } from "@holdpoint/core";
import { sha256 } from "../sha256.ts";
import { CHAIN_START, isSignedBy, keyIdOf } from "./audit-chain.ts";

/** Something in a log that cannot be as it was written. */
export interface AuditFault {
  /** Line of the file, from 1; 0 for what is not in it. */
  readonly line: number;
  readonly what: string;
}

/** What a log is worth. */
export interface AuditReport {
  /** `verified`: all holds up to `proven`. `broken`: something was changed. `unproven`: nothing signed speaks for it. */
  readonly verdict: "verified" | "broken" | "unproven";
  readonly tenant: string | null;
  readonly entries: number;
  /** Number of the last entry that a trusted checkpoint speaks for; 0 when none does. */
  readonly proven: number;
  readonly checkpoints: number;
  /** Checkpoints that another key signed: they prove nothing. */
  readonly foreign: number;
  readonly faults: readonly AuditFault[];
}

/** Faults told at most; after the first, the rest mostly follow from it. */
const MOST_FAULTS = 20;

/**
 * Verifies a log without the server that wrote it.
 *
 * The chain alone shows what was inserted, edited, removed or moved by somebody who did not compute it anew. Checkpoints
 * that were kept elsewhere show the rest: a chain that was computed anew from any entry before one, and an end that was
 * cut off.
 *
 * @param lines the export: JSON lines from the first entry on
 * @param checkpoints JSON lines, as they were kept outside of the database
 * @param trusted public keys of the installation
 */
export async function verifyAudit(
  lines: AsyncIterable<string> | Iterable<string>,
  checkpoints: Iterable<string>,
  trusted: readonly KeyObject[],
): Promise<AuditReport> {
  const faults: AuditFault[] = [];
  const told = (line: number, what: string): void => {
    if (faults.length < MOST_FAULTS) faults.push({ line, what });
  };
  const { known, foreign } = readCheckpoints(checkpoints, trusted, (what) => told(0, what));
  let [tenant, prev, entries, line]: [string | null, string, number, number] = [null, CHAIN_START, 0, 0];
  let proven = 0;
  for await (const text of lines) {
    line += 1;
    if (text.trim() === "") continue;
    const read = readLine(text);
    if (read === null) {
      told(line, "is not an entry of the audit log");
      continue;
    }
    entries += 1;
    tenant ??= read.tenant;
    if (read.tenant !== tenant) told(line, `is of the tenant ${read.tenant}, the others of ${tenant}`);
    if (read.seq !== entries) told(line, `is entry ${read.seq} where ${entries} was to come`);
    if (read.prev !== prev) told(line, "does not follow the entry before it");
    if (read.computed !== read.hash) told(line, "was changed after it was written");
    prev = read.computed;
    for (const checkpoint of known.get(entries) ?? []) {
      if (checkpoint.tenant !== tenant) told(line, `has a checkpoint of the tenant ${checkpoint.tenant}`);
      else if (checkpoint.hash !== prev)
        told(line, `is not what was signed on ${checkpoint.at}: the log was rewritten`);
      else proven = entries;
    }
  }
  for (const [seq, [first]] of known) {
    if (seq > entries)
      told(0, `entries up to ${seq} were signed on ${first?.at ?? "a day"}, and the log ends at ${entries}`);
  }
  const verdict = faults.length > 0 ? "broken" : proven === 0 ? "unproven" : "verified";
  const count = [...known.values()].reduce((sum, list) => sum + list.length, 0);
  return { verdict, tenant, entries, proven, checkpoints: count, foreign, faults };
}

function readCheckpoints(
  texts: Iterable<string>,
  trusted: readonly KeyObject[],
  told: (what: string) => void,
): { readonly known: ReadonlyMap<number, readonly AuditCheckpoint[]>; readonly foreign: number } {
  const keys = new Map(trusted.map((key) => [keyIdOf(key), key]));
  const known = new Map<number, AuditCheckpoint[]>();
  let foreign = 0;
  for (const text of texts) {
    if (text.trim() === "") continue;
    const read = auditCheckpoint.safeParse(parse(text));
    if (!read.success) {
      told("a line of the checkpoints is none");
      continue;
    }
    const key = keys.get(read.data.key);
    if (key === undefined) foreign += 1;
    else if (!isSignedBy(read.data, key))
      told(`the checkpoint of entry ${read.data.seq} was changed after it was signed`);
    else known.set(read.data.seq, [...(known.get(read.data.seq) ?? []), read.data]);
  }
  return { known, foreign };
}

interface ReadLine {
  readonly tenant: string;
  readonly seq: number;
  readonly prev: string;
  readonly hash: string;
  readonly computed: string;
}

function readLine(text: string): ReadLine | null {
  const line = parse(text);
  if (!isRecord(line) || !isRecord(line["entry"]) || Object.keys(line).length !== 2) return null;
  const { entry, hash } = line;
  if (!isRecord(entry)) return null;
  const { tenant, seq, prev } = entry;
  if (typeof hash !== "string" || typeof tenant !== "string" || typeof seq !== "number" || typeof prev !== "string") {
    return null;
  }
  return { tenant, seq, prev, hash, computed: sha256(canonicalJson(entry)) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
