import { operations } from "@holdpoint/contract";
import type { CommandCall } from "../command.ts";
import { serverOf } from "../connect/server-of.ts";
import { argument } from "./arguments.ts";
import { printFlag } from "./print-flag.ts";

/** `holdpoint flag unset NAME [--global]`: sets a flag back to what holds without the value. */
export async function run(call: CommandCall): Promise<number> {
  const params = { flag: argument(call, 0) };
  const level = call.options["global"] === true ? "global" : "tenant";
  printFlag(call, await serverOf(call, "holdpoint flag").call(operations.deleteFlag, { params, query: { level } }));
  return 0;
}
