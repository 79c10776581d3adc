import type { operations, ResponseOf } from "@holdpoint/contract";
import type { CommandCall } from "../command.ts";
import { oneLine } from "../output/plain-text.ts";
import { wantsJson } from "./arguments.ts";

const WHERE = {
  tenant: "as it is set for this tenant",
  global: "as it is set for all tenants",
  default: "which is its default",
} as const;

/** Prints what holds after a change of a flag. */
export function printFlag(call: CommandCall, flag: ResponseOf<typeof operations.getFlag>): void {
  if (wantsJson(call)) call.out.write(`${JSON.stringify({ schema: "holdpoint/flag/v1", flag })}\n`);
  else call.out.write(`${oneLine(flag.name)} is ${oneLine(String(flag.value))}, ${WHERE[flag.source]}.\n`);
}
