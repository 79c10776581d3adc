import { operations, type ResponseOf } from "@holdpoint/contract";
import type { CommandCall } from "../command.ts";
import { counted } from "../output/counted.ts";
import { oneLine } from "../output/plain-text.ts";
import { styleFor } from "../output/style.ts";
import { tableLines } from "../output/table.ts";
import { serverOf } from "./agent-server.ts";
import { wantsJson } from "./arguments.ts";

type Token = ResponseOf<typeof operations.listTokens>["items"][number];

const PAGE = 1_000;

/** `holdpoint token list`: the tokens of the tenant, without the tokens. */
export async function run(call: CommandCall): Promise<number> {
  const client = serverOf(call, "holdpoint-cli");
  const tokens: Token[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const query = { limit: PAGE, ...(cursor === undefined ? {} : { cursor }) };
    const page: ResponseOf<typeof operations.listTokens> = await client.call(operations.listTokens, { query });
    tokens.push(...page.items);
    cursor = page.next;
  }
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
