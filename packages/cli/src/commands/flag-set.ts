import { operations } from "@holdpoint/contract";
import type { CommandCall } from "../command.ts";
import { serverOf } from "../connect/server-of.ts";
import { argument } from "./arguments.ts";
import { printFlag } from "./print-flag.ts";

/** `holdpoint flag set NAME VALUE [--global]`: sets a flag; the server says whether the value fits. */
export async function run(call: CommandCall): Promise<number> {
  const params = { flag: argument(call, 0) };
  const level = call.options["global"] === true ? "global" : "tenant";
  const body = { value: valueOf(argument(call, 1)), level } as const;
  printFlag(call, await serverOf(call, "holdpoint flag").call(operations.putFlag, { params, body }));
  return 0;
}

function valueOf(text: string): boolean | number | string {
  if (text === "true" || text === "false") return text === "true";
  return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text;
}
