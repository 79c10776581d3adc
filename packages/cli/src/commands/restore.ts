import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { problem } from "@holdpoint/core";
import { restore, storeProblems } from "@holdpoint/store";
import type { CommandCall } from "../command.ts";
import { argument, required } from "./arguments.ts";
import { progressOf, reportCopy } from "./copy-report.ts";
import { namedPlace, openTarget } from "./database-place.ts";
import { refuseInsideAttempt } from "./person-call.ts";

/** `holdpoint restore`: reads a backup into a database that nothing has used yet; all of it, or nothing. */
export async function run(call: CommandCall): Promise<number> {
  refuseInsideAttempt(call, "holdpoint restore");
  const file = resolve(call.cwd, argument(call, 0));
  const place = namedPlace(call, required(call, "to", "--to"));
  // Before a database is made for nothing.
  if (!existsSync(file)) throw problem(storeProblems, "HP6023", { file, detail: "it does not exist" }, { file });
  const began = performance.now();
  const store = await openTarget(place);
  try {
    const summary = await restore(file, store, progressOf(call));
    const tookMs = performance.now() - began;
    return reportCopy(call, { command: "restore", from: file, to: store.description, summary, tookMs });
  } finally {
    await store.close();
  }
}
