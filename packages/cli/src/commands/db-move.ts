import { moveStore } from "@holdpoint/store";
import type { CommandCall } from "../command.ts";
import { required } from "./arguments.ts";
import { progressOf, reportCopy } from "./copy-report.ts";
import { namedPlace, openExisting, openTarget } from "./database-place.ts";
import { refuseInsideAttempt } from "./person-call.ts";

/** `holdpoint db move`: copies a whole database into another, from embedded to a server or back. The source stays. */
export async function run(call: CommandCall): Promise<number> {
  refuseInsideAttempt(call, "holdpoint db move");
  const source = namedPlace(call, required(call, "from", "--from"));
  const target = namedPlace(call, required(call, "to", "--to"));
  const began = performance.now();
  const from = await openExisting(source, false);
  try {
    const to = await openTarget(target);
    try {
      const summary = await moveStore(from, to, progressOf(call));
      const tookMs = performance.now() - began;
      return reportCopy(call, { command: "db move", from: from.description, to: to.description, summary, tookMs });
    } finally {
      await to.close();
    }
  } finally {
    await from.close();
  }
}
