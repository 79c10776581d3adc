import { resolve } from "node:path";
import { backup } from "@holdpoint/store";
import type { CommandCall } from "../command.ts";
import { argument } from "./arguments.ts";
import { progressOf, reportCopy } from "./copy-report.ts";
import { givenPlace, openExisting } from "./database-place.ts";
import { refuseInsideAttempt } from "./person-call.ts";

/** `holdpoint backup`: writes the whole database into a file, also while a server or a run works on it. */
export async function run(call: CommandCall): Promise<number> {
  refuseInsideAttempt(call, "holdpoint backup");
  const file = resolve(call.cwd, argument(call, 0));
  const began = performance.now();
  const store = await openExisting(givenPlace(call), true);
  try {
    const summary = await backup(store, file, progressOf(call));
    const tookMs = performance.now() - began;
    return reportCopy(call, { command: "backup", from: store.description, to: file, summary, tookMs });
  } finally {
    await store.close();
  }
}
