/**
 * A process of its own for tests: opens (or joins) the store in a directory, tells which processes there are, writes a row for
 * each line it reads, and stays until it is ended.
 */
import { createInterface } from "node:readline";
import { HoldpointError } from "@holdpoint/core";
import { statement } from "../statement.ts";
import { openStore } from "../store.ts";

const [dataDir = ".", how] = process.argv.slice(2);
const tell = (message: unknown): void => void process.stdout.write(`${JSON.stringify(message)}\n`);

try {
  const store = await openStore({ dataDir, join: how === "join", runtime: { now: () => Date.now() } });
  const note = statement("note", "INSERT INTO holdpoint.tenant (tenant_id, created_at_ms) VALUES ($1, 0)");
  const count = statement("count", "SELECT count(*) AS rows FROM holdpoint.tenant");
  const { recovered, description, joined } = store;
  tell({ event: "open", recovered, description, joined });
  for await (const line of createInterface({ input: process.stdin })) {
    await store.run(note, [line]);
    const [counted] = await store.run<{ rows: number }>(count);
    tell({ event: "written", rows: counted?.rows });
  }
  await store.close();
} catch (error) {
  if (!(error instanceof HoldpointError)) throw error;
  tell({ event: "problem", code: error.code, message: error.message, remedy: error.remedy });
  process.exitCode = error.definition.exit;
}
