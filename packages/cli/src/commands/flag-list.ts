import { operations } from "@holdpoint/contract";
import type { CommandCall } from "../command.ts";
import { serverOf } from "../connect/server-of.ts";
import { oneLine } from "../output/plain-text.ts";
import { styleFor } from "../output/style.ts";
import { tableLines } from "../output/table.ts";
import { wantsJson } from "./arguments.ts";

/** `holdpoint flag list`: every flag of the server, with what holds for the tenant. */
export async function run(call: CommandCall): Promise<number> {
  const { flags } = await serverOf(call, "holdpoint flag").call(operations.listFlags, {});
  if (wantsJson(call)) {
    call.out.write(`${JSON.stringify({ schema: "holdpoint/flag-list/v1", flags })}\n`);
    return 0;
  }
  const columns = [
    { header: "flag" },
    { header: "value" },
    { header: "set" },
    { header: "what it does", flexible: true as const },
  ];
  const rows = flags.map(({ name, value, source, setBy, about }) => [
    oneLine(name),
    oneLine(String(value)),
    source === "default" ? "" : `${source === "global" ? "for all, by" : "by"} ${oneLine(setBy ?? "nobody")}`,
    oneLine(about),
  ]);
  call.out.write(`${tableLines(columns, rows, styleFor(call.out, call.env)).join("\n")}\n`);
  return 0;
}
