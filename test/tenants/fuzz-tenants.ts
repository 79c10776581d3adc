import { randomBytes, randomUUID } from "node:crypto";
import { OPERATIONS } from "@holdpoint/contract";
import type { Answered, ServedPlane } from "../../packages/server/src/access/served-plane.testing.ts";
import { TOOLS } from "../../packages/server/src/mcp/tools.ts";
import { type MadeRequest, type Names, RequestMaker } from "./request-maker.ts";
import type { World } from "./tenant-world.ts";

/** Where the Model Context Protocol is spoken. */
const MCP = "/mcp";
/** Readings of resources in each round. */
const READINGS = 4;

/** Something that one tenant learned of another. */
export interface Leak {
  readonly operation: string;
  readonly what: string;
  readonly request: MadeRequest;
}

/** How a run ended. */
export interface FuzzSummary {
  readonly requests: number;
  readonly operations: number;
  /** Tools of the Model Context Protocol that answered. */
  readonly tools: number;
  /** Operations that this server does not serve. */
  readonly unserved: readonly string[];
  /** Answers by hundreds: 200, 400, 500. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly leaks: readonly Leak[];
  readonly faults: readonly { readonly operation: string; readonly text: string; readonly request: MadeRequest }[];
}

/**
 * Calls every operation, tool and resource as one tenant with the ids and names of another, and again with ids that nobody has:
 * both must be answered alike, and with nothing of the other tenant.
 */
export async function fuzzTenants(
  served: ServedPlane,
  { victim, caller }: { readonly victim: World; readonly caller: World },
  { requests, random }: { readonly requests: number; readonly random: () => number },
): Promise<FuzzSummary> {
  const statuses: Record<string, number> = {};
  const leaks: Leak[] = [];
  const faults: FuzzSummary["faults"][number][] = [];
  const foreign = new RequestMaker(random, victim.names);
  const unserved = new Set<string>();
  let said = "";
  let sent = 0;

  const ask = async (operation: string, request: MadeRequest): Promise<Answered> => {
    sent += 1;
    const answer = await served.ask(request.method, request.path, {
      token: caller.token,
      ...(request.body === undefined ? {} : { body: request.body }),
      ...(request.path === MCP
        ? { headers: { accept: "application/json, text/event-stream" }, ends: true as const }
        : {}),
    });
    const hundred = `${Math.floor(answer.status / 100)}00`;
    statuses[hundred] = (statuses[hundred] ?? 0) + 1;
    if (answer.json["code"] === "HP9102") unserved.add(operation);
    const isFault = answer.status === 500 || (request.path === MCP && answer.text.includes("HP9100"));
    if (isFault) faults.push({ operation, text: answer.text, request });
    return answer;
  };

  /** Asks with the ids of the other tenant, and again with ids that nobody has. */
  const compare = async (operation: string, request: MadeRequest): Promise<Answered> => {
    const twin = withUnknown(request, victim.names);
    const answer = await ask(operation, request);
    said += JSON.stringify(request);
    // The caller's own audit log repeats the ids that it asked for.
    const asked = operation === "listAudit" ? { ...request, body: said } : request;
    const learned = foreignIn(answer.text, asked, victim);
    if (learned !== null) leaks.push({ operation, what: learned, request });
    if (twin === null) return answer;
    const other = await ask(operation, twin.request);
    if (!isAlike(answer, other, twin.swapped)) {
      const what = `${answer.status} ${answer.text} where unknown ids get ${other.status} ${other.text}`;
      leaks.push({ operation, what, request });
    }
    return answer;
  };

  const answered = new Set<string>();
  const each = OPERATIONS.length + TOOLS.length + READINGS;
  for (let round = 0; round < Math.ceil(requests / (2 * each)); round += 1) {
    for (const operation of OPERATIONS) await compare(operation.id, foreign.make(operation));
    for (const tool of TOOLS) {
      const { text } = await compare(tool.name, foreign.makeCall(tool));
      if (text.includes('"structuredContent"')) answered.add(tool.name);
    }
    for (const request of foreign.makeReadings()) await compare("resources", request);
  }
  return {
    requests: sent,
    operations: OPERATIONS.length,
    tools: answered.size,
    unserved: [...unserved],
    statuses,
    leaks,
    faults,
  };
}

/** A text of the other tenant in an answer, besides what the request said itself; null when there is none. */
export function foreignIn(text: string, request: MadeRequest, { ids, mark }: World): string | null {
  const said = decodeURIComponent(request.path) + JSON.stringify(request.body ?? null);
  const id = ids.find((one) => text.includes(one) && !said.includes(one));
  if (id !== undefined) return `the id ${id} in ${text}`;
  if (text.includes(mark) && !said.includes(mark)) return `${mark} in ${text}`;
  return null;
}

/** The same request with ids that nobody has; null when it has no ids. */
function withUnknown(
  request: MadeRequest,
  names: Names,
): { readonly request: MadeRequest; readonly swapped: ReadonlyMap<string, string> } | null {
  const swapped = new Map<string, string>();
  let text = JSON.stringify(request);
  for (const id of [...names.plan, ...names.task, ...names.token, ...names.callback, ...names.digest]) {
    if (!text.includes(id)) continue;
    const unknown = id.startsWith("sha256:") ? `sha256:${randomBytes(32).toString("hex")}` : randomUUID();
    swapped.set(unknown, id);
    text = text.replaceAll(id, unknown);
  }
  if (swapped.size === 0) return null;
  const { method, path, body }: { method: string; path: string; body?: unknown } = JSON.parse(text);
  return { request: { method, path, body }, swapped };
}

/** Whether two answers say the same: refusals word for word but for the ids and correlation, successes by status. */
function isAlike(one: Answered, other: Answered, swapped: ReadonlyMap<string, string>): boolean {
  const isRefused = one.text.includes('"isError":true') || other.text.includes('"isError":true');
  if (one.status < 300 && other.status < 300 && !isRefused) return true;
  let text = other.text;
  for (const [unknown, id] of swapped) text = text.replaceAll(unknown, id);
  const plain = (whole: string): string => whole.replaceAll(/"instance":"[^"]*"/g, "");
  return one.status === other.status && plain(one.text) === plain(text);
}
