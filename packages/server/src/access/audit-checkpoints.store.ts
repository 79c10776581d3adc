import { appendFileSync, closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type AuditCheckpoint, auditCheckpoint } from "@holdpoint/contract";
import { problem, type Runtime } from "@holdpoint/core";
import { type StoreScope, statement } from "@holdpoint/store";
import { sha256 } from "../sha256.ts";
import { auditProblems } from "./audit.problems.ts";
import { CHAIN_START, isSignedBy, keyIdOf, signCheckpoint } from "./audit-chain.ts";
import { readAudit } from "./audit-log.store.ts";
import { installationKey } from "./installation-key.ts";

/** Every checkpoint of this installation, one a line; what matters is the copy elsewhere. */
export const CHECKPOINT_FILE = "audit-checkpoints.jsonl";
/** Entries read at once. */
const READ_AT_ONCE = 1_000;

const HEADS = statement("audit_heads", "SELECT tenant_id AS tenant, seq, hash FROM holdpoint.audit_head ORDER BY 1");
const ADD = statement(
  "checkpoint_add",
  `INSERT INTO holdpoint.audit_checkpoint (tenant_id, seq, key_id, checkpoint) VALUES ($1, $2, $3, $4)
   ON CONFLICT DO NOTHING`,
);
const READ = statement(
  "checkpoint_read",
  `SELECT checkpoint FROM holdpoint.audit_checkpoint WHERE tenant_id = $1 AND seq > $2 ORDER BY seq, key_id LIMIT $3`,
);

/** Reads checkpoints after a number of entries. */
export async function readCheckpoints(
  store: Pick<StoreScope, "run">,
  tenant: string,
  after: number,
  limit: number,
): Promise<readonly AuditCheckpoint[]> {
  const rows = await store.run<{ checkpoint: string }>(READ, [tenant, after, limit]);
  return rows.map(({ checkpoint }) => auditCheckpoint.parse(JSON.parse(checkpoint)));
}

/**
 * Signs how far each tenant's chain is, and writes that to a file outside of the database.
 *
 * Before it signs, it walks the chain from the last entry that it signed, so that what was rewritten since cannot get a
 * signature. What it signed last it knows from its own file, not from the database.
 *
 * @param system sees every tenant
 * @param folder where the key and the file are; of this installation alone
 * @returns signs what is new; answers how many tenants that were. The promise fails with HP9421 for each round in which a
 *   chain is not as it was signed, after the others were signed.
 */
export function createCheckpoints(
  system: StoreScope,
  runtime: Pick<Runtime, "now">,
  folder: string,
): () => Promise<number> {
  const { privateKey, publicKey } = installationKey(folder);
  const file = join(folder, CHECKPOINT_FILE);
  const keyId = keyIdOf(publicKey);
  const last = new Map<string, { readonly seq: number; readonly hash: string }>();
  for (const checkpoint of checkpointsIn(file)) {
    if (checkpoint.key !== keyId || !isSignedBy(checkpoint, publicKey)) continue;
    if (checkpoint.seq >= (last.get(checkpoint.tenant)?.seq ?? 0)) last.set(checkpoint.tenant, checkpoint);
  }

  return async () => {
    let signed = 0;
    let broken: Error | null = null;
    for (const head of await system.run<{ tenant: string; seq: number; hash: string }>(HEADS)) {
      const from = last.get(head.tenant) ?? { seq: 0, hash: CHAIN_START };
      if (head.seq === from.seq && head.hash === from.hash) continue;
      const fault = await walk(head.tenant, from, head);
      if (fault !== null) {
        broken ??= problem(auditProblems, "HP9421", { tenant: head.tenant, seq: fault });
        continue;
      }
      const at = new Date(runtime.now()).toISOString();
      const checkpoint = signCheckpoint(
        { tenant: head.tenant, seq: head.seq, hash: head.hash, at },
        privateKey,
        publicKey,
      );
      append(file, folder, JSON.stringify(checkpoint));
      last.set(head.tenant, head);
      await system.run(ADD, [head.tenant, head.seq, keyId, JSON.stringify(checkpoint)]);
      signed += 1;
    }
    if (broken !== null) throw broken;
    return signed;
  };

  /** Number of the first entry that does not follow; null when the chain leads from the one to the other. */
  async function walk(
    tenant: string,
    from: { readonly seq: number; readonly hash: string },
    to: { readonly seq: number; readonly hash: string },
  ): Promise<number | null> {
    if (to.seq <= from.seq) return to.seq;
    let [seq, hash] = [from.seq, from.hash];
    // The entry that was signed last must still be what was signed.
    if (seq > 0) {
      const [signed] = await readAudit(system, tenant, seq - 1, 1);
      if (signed === undefined || signed.hash !== hash || sha256(signed.entry) !== hash) return seq;
    }
    while (seq < to.seq) {
      const rows = await readAudit(system, tenant, seq, Math.min(READ_AT_ONCE, to.seq - seq));
      if (rows.length === 0) return seq + 1;
      for (const row of rows) {
        if (row.seq !== seq + 1 || sha256(row.entry) !== row.hash || prevOf(row.entry) !== hash) return seq + 1;
        seq = row.seq;
        hash = row.hash;
      }
    }
    return hash === to.hash ? null : seq;
  }
}

function prevOf(entry: string): unknown {
  const value: unknown = JSON.parse(entry);
  return typeof value === "object" && value !== null && "prev" in value ? value.prev : null;
}

function checkpointsIn(file: string): readonly AuditCheckpoint[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.flatMap((line) => {
    // A line that a crash cut off is written anew with the next checkpoint.
    const read = auditCheckpoint.safeParse(parsed(line));
    return read.success ? [read.data] : [];
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function append(file: string, folder: string, line: string): void {
  mkdirSync(folder, { recursive: true });
  const handle = openSync(file, "a");
  try {
    appendFileSync(handle, `${line}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
