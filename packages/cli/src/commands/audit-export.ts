import { auditCheckpoint, auditLine, problemDocument } from "@holdpoint/contract";
import { problem } from "@holdpoint/core";
import { z } from "zod";
import type { CommandCall } from "../command.ts";
import { findServer } from "../connect/find-server.ts";
import { type PageQuery, pagesOf } from "../connect/pages-of.ts";
import { optional, wantsJson } from "./arguments.ts";
import { commandProblems } from "./command.problems.ts";

/** How long one request may take, milliseconds. */
const TIMEOUT_MS = 30_000;

/** `holdpoint audit export`: the audit log of the token's tenant, as JSON lines or, with `--json`, as one object. */
export async function run(call: CommandCall): Promise<number> {
  const named = optional(call, "server");
  const known = named === undefined ? findServer(call.env, call.cwd, "holdpoint audit export") : null;
  const server = named ?? known?.url ?? "";
  const token = known === null ? call.env["HOLDPOINT_TOKEN"] : known.token;
  if (token === undefined || token === null || token === "") {
    throw problem(commandProblems, "HP8010", { flag: "HOLDPOINT_TOKEN" }, { field: "HOLDPOINT_TOKEN" });
  }
  const isCheckpoints = call.options["checkpoints"] === true;
  const path = isCheckpoints ? "/v1/audit/checkpoints" : "/v1/audit";
  const page = z.object({ items: z.array(isCheckpoints ? auditCheckpoint : auditLine), next: z.string().nullable() });
  const isOneObject = wantsJson(call);
  const all: unknown[] = [];
  const ask = async ({ limit, cursor = "0" }: PageQuery): Promise<z.infer<typeof page>> =>
    page.parse(await answerOf(`${path}?limit=${limit}&cursor=${cursor}`, server, token));
  for await (const items of pagesOf(ask)) {
    if (isOneObject) all.push(...items);
    else for (const item of items) call.out.write(`${JSON.stringify(item)}\n`);
  }
  if (isOneObject) {
    const kind = isCheckpoints ? "checkpoints" : "entries";
    call.out.write(`${JSON.stringify({ schema: "holdpoint/audit-export/v1", kind, items: all })}\n`);
  }
  return 0;
}

async function answerOf(path: string, server: string, token: string): Promise<unknown> {
  const wrong = (why: string): Error =>
    problem(commandProblems, "HP8012", { flag: "--server", value: server, expected: why }, { field: "--server" });
  if (!URL.canParse(path, server)) throw wrong("Give the address of a server, such as http://127.0.0.1:5005.");
  let response: Response;
  try {
    response = await fetch(new URL(path, server), {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch {
    throw wrong("No server answers there; see whether it runs.");
  }
  const body: unknown = await response.json().catch(() => null);
  if (response.ok) return body;
  const refused = problemDocument.safeParse(body);
  throw wrong(
    refused.success
      ? `It refused with ${refused.data.code}: ${refused.data.detail} ${refused.data.remedy}`
      : `It answered ${response.status} without a problem of Holdpoint.`,
  );
}
