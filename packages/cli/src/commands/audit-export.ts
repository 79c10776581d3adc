import { auditCheckpoint, auditLine, problemDocument } from "@holdpoint/contract";
import { problem } from "@holdpoint/core";
import { z } from "zod";
import type { CommandCall } from "../command.ts";
import { optional } from "./arguments.ts";
import { commandProblems } from "./command.problems.ts";

/** Where a server listens unless it was told otherwise. */
const DEFAULT_SERVER = "http://127.0.0.1:5005";
/** Entries of one request. */
const AT_ONCE = 1_000;
/** How long one request may take, milliseconds. */
const TIMEOUT_MS = 30_000;

/** `holdpoint audit export`: the audit log of the token's tenant, as JSON lines. */
export async function run(call: CommandCall): Promise<number> {
  const server = optional(call, "server") ?? call.env["HOLDPOINT_URL"] ?? DEFAULT_SERVER;
  const token = call.env["HOLDPOINT_TOKEN"];
  if (token === undefined || token === "") {
    throw problem(commandProblems, "HP8010", { flag: "HOLDPOINT_TOKEN" }, { field: "HOLDPOINT_TOKEN" });
  }
  const isCheckpoints = call.options["checkpoints"] === true;
  const path = isCheckpoints ? "/v1/audit/checkpoints" : "/v1/audit";
  const page = z.object({ items: z.array(isCheckpoints ? auditCheckpoint : auditLine), next: z.string().nullable() });
  for (let cursor: string | null = "0"; cursor !== null; ) {
    const answer = await ask(`${path}?limit=${AT_ONCE}&cursor=${cursor}`, server, token);
    const { items, next } = page.parse(answer);
    for (const item of items) call.out.write(`${JSON.stringify(item)}\n`);
    cursor = next;
  }
  return 0;
}

async function ask(path: string, server: string, token: string): Promise<unknown> {
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
