import type { Runtime } from "@holdpoint/core";
import { type App, createApp, createSystemRuntime } from "@holdpoint/server";
import { type DirectoryLock, lockDirectory, openStore, type Store } from "@holdpoint/store";
import type { CommandCall } from "../command.ts";
import { optional } from "../commands/arguments.ts";
import { ensureStateDir, type PlanPlace, rememberPlan, workFolder } from "../place/plan-place.ts";

/** The engine in this process, on the database of a plan. */
export interface Engine {
  readonly app: App;
  readonly runtime: Runtime;
  readonly store: Store;
}

/**
 * Opens the engine: on the server that `--database-url` or `DATABASE_URL` names, else on the embedded database in
 * `.holdpoint/` beside the plan. Where a control plane or a run has that one open, this command joins it, so that people
 * can sign while a run goes on, and a run works for whoever watches the control plane.
 *
 * Whoever runs commands of a plan has its directory alone, whatever the database: two would overrule each other's work
 * in one folder.
 *
 * @param use `work` for commands that run what the plan names, `record` for those that only read or write a word
 * @throws HP60xx when the database cannot be had; another process that holds the directory is named (HP6003)
 */
export async function withEngine<T>(
  call: CommandCall,
  place: PlanPlace,
  use: "work" | "record",
  work: (engine: Engine) => Promise<T>,
): Promise<T> {
  const runtime = createSystemRuntime();
  const databaseUrl = optional(call, "databaseUrl") ?? call.env["DATABASE_URL"];
  ensureStateDir(place);
  rememberPlan(place);
  const named = databaseUrl !== undefined && databaseUrl !== "";
  let lock: DirectoryLock | null = null;
  let store: Store | null = null;
  try {
    // Apart from the lock of the database, which a control plane may hold.
    if (use === "work") lock = lockDirectory(workFolder(place), runtime.now());
    store = await openStore(named ? { runtime, databaseUrl } : { runtime, dataDir: place.dir, join: true });
    const app = await createApp({ store, runtime });
    return await work({ app, runtime, store });
  } finally {
    try {
      await store?.close();
    } finally {
      lock?.release();
    }
  }
}
