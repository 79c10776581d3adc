import { operations } from "@holdpoint/contract";
import type { CommandCall } from "../command.ts";
import { allOf } from "../connect/pages-of.ts";
import { serverOf } from "../connect/server-of.ts";
import { counted } from "../output/counted.ts";
import { oneLine } from "../output/plain-text.ts";
import { styleFor } from "../output/style.ts";
import { tableLines } from "../output/table.ts";
import { wantsJson } from "./arguments.ts";

/** `holdpoint token list`: the tokens of the tenant, without the tokens. */
export async function run(call: CommandCall): Promise<number> {
  const client = serverOf(call, "holdpoint token");
  const tokens = await allOf((query) => client.call(operations.listTokens, { query }));
  if (wantsJson(call)) {
    call.out.write(`${JSON.stringify({ schema: "holdpoint/token-list/v1", tokens })}\n`);
    return 0;
  }
  const columns = [
    { header: "id" },
    { header: "kind" },
    { header: "name", flexible: true as const },
    { header: "may", flexible: true as const },
    { header: "until" },
    { header: "last used" },
  ];
  const rows = tokens.map(({ id, kind, name, scopes, expiresAt, revokedAt, lastUsedAt }) => [
    id,
    kind,
    oneLine(name),
    scopes.join(" "),
    revokedAt === null ? expiresAt : "revoked",
    lastUsedAt ?? "never",
  ]);
  const table = tableLines(columns, rows, styleFor(call.out, call.env));
  call.out.write(`${[...table, ...(table.length === 0 ? [] : [""]), counted(tokens.length, "token")].join("\n")}\n`);
  return 0;
}
