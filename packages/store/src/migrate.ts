import { createHash } from "node:crypto";
import { problem } from "@holdpoint/core";
import type { ClientBase } from "pg";
import { storeProblems } from "./store.problems.ts";

/** One numbered file of `migrations/`. */
export interface Migration {
  /** File name without ending; the number leads it. */
  readonly name: string;
  readonly sql: string;
}

/** Taken while migrations run, so that processes that start together take turns. Any number that nobody else uses. */
const ADVISORY_LOCK = 5_005_001;

/**
 * Brings a database's schema up to date: each migration once, in order, in a transaction of its own.
 *
 * @param now milliseconds since the epoch
 * @returns the names of those applied now
 * @throws HoldpointError HP6012 when the database is ahead of the program, HP6013 when an applied migration was edited
 */
export async function migrate(
  client: ClientBase,
  migrations: readonly Migration[],
  now: number,
): Promise<readonly string[]> {
  if ((await pending(client, migrations)).length === 0) return [];
  await client.query("SELECT pg_advisory_lock($1)", [ADVISORY_LOCK]);
  try {
    await client.query("CREATE SCHEMA IF NOT EXISTS holdpoint");
    await client.query(
      "CREATE TABLE IF NOT EXISTS holdpoint.migration (name text PRIMARY KEY, checksum text NOT NULL, applied_at_ms bigint NOT NULL)",
    );
    const open = await pending(client, migrations);
    for (const migration of open) await apply(client, migration, now);
    return open.map((migration) => migration.name);
  } finally {
    await client.query("SELECT pg_advisory_unlock($1)", [ADVISORY_LOCK]);
  }
}

/**
 * The migrations that a database lacks, which are not applied.
 *
 * @throws HoldpointError HP6012 when the database is ahead of the program, HP6013 when an applied migration was edited
 */
export async function missingMigrations(
  client: ClientBase,
  migrations: readonly Migration[],
): Promise<readonly string[]> {
  return (await pending(client, migrations)).map((migration) => migration.name);
}

/** SHA-256 of a migration's text, in hex. */
export function checksumOf(migration: Migration): string {
  return createHash("sha256").update(migration.sql).digest("hex");
}

async function pending(client: ClientBase, migrations: readonly Migration[]): Promise<readonly Migration[]> {
  const applied = await readApplied(client);
  const known = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const [name, found] of applied) {
    const migration = known.get(name);
    if (migration === undefined) {
      throw problem(storeProblems, "HP6012", { found: name, known: migrations.at(-1)?.name ?? "none" });
    }
    const expected = checksumOf(migration);
    if (found !== expected) throw problem(storeProblems, "HP6013", { name, found, expected });
  }
  return migrations.filter((migration) => !applied.has(migration.name));
}

async function readApplied(client: ClientBase): Promise<ReadonlyMap<string, string>> {
  const exists = await client.query<{ found: boolean }>(
    "SELECT to_regclass('holdpoint.migration') IS NOT NULL AS found",
  );
  if (exists.rows[0]?.found !== true) return new Map();
  const { rows } = await client.query<{ name: string; checksum: string }>(
    "SELECT name, checksum FROM holdpoint.migration ORDER BY name",
  );
  return new Map(rows.map((row) => [row.name, row.checksum]));
}

async function apply(client: ClientBase, migration: Migration, now: number): Promise<void> {
  await client.query("BEGIN");
  try {
    await client.query(migration.sql);
    await client.query("INSERT INTO holdpoint.migration (name, checksum, applied_at_ms) VALUES ($1, $2, $3)", [
      migration.name,
      checksumOf(migration),
      now,
    ]);
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  }
}
