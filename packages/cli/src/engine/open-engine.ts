import { type App, createApp, createSystemRuntime } from "@holdpoint/server";
import { openStore, type Store } from "@holdpoint/store";
import type { Runtime } from "@holdpoint/core";
import type { CommandCall } from "../command.ts";
import { optional } from "../commands/arguments.ts";
import { ensureStateDir, type PlanPlace, rememberPlan } from "../place/plan-place.ts";

/** The engine in this process, on the database of a plan. */
export interface Engine {
  readonly app: App;
  readonly runtime: Runtime;
  readonly store: Store;
}

/**
 * Opens the engine: on the server that `--database-url` or `DATABASE_URL` names, else on the embedded database in
 * `.holdpoint/` beside the plan.
 *
 * @throws HP60xx when the database cannot be had; another run that holds the embedded one is named with its process id
 */
export async function withEngine<T>(call: CommandCall, place: PlanPlace, work: (engine: Engine) => Promise<T>): Promise<T> {
  const runtime = createSystemRuntime();
  const databaseUrl = optional(call, "databaseUrl") ?? call.env["DATABASE_URL"];
  ensureStateDir(place);
  rememberPlan(place);
  const named = databaseUrl !== undefined && databaseUrl !== "";
  const store = await openStore(named ? { runtime, databaseUrl } : { runtime, dataDir: place.dir });
  try {
    const app = await createApp({ store, runtime });
    return await work({ app, runtime, store });
  } finally {
    await store.close();
  }
}
