import type { RecordedCall, RecordedClient } from "./recorded-client.ts";
import { type GateLine, reportFor } from "./report-for.ts";

/** How the work of a plan went for one agent. */
export interface WorkedPlan {
  /** Tasks that were accepted, with gates and without. */
  readonly accepted: number;
  /** Calls for the first task that was refused and accepted in the end: found, refused, proven, finished. Empty without one. */
  readonly story: readonly RecordedCall[];
  /** Tasks that were handed to a person, since the agent could not prove what their gates ask. */
  readonly blocked: number;
}

/** What the work needs besides its client. */
export interface WorkParts {
  readonly plan: string;
  readonly capabilities: readonly string[];
  /** Tasks at most. */
  readonly most: number;
  /** Lets a person decide what holds the plan; answers whether anything goes on. @default nobody decides */
  readonly decide?: () => Promise<boolean>;
}

interface Found {
  readonly id: string;
  readonly attempt: number;
  readonly gates: readonly GateLine[];
}

/** Longest wait for a task that rests after a refusal, seconds. */
const WAIT_S = 10;

/**
 * Works a plan as an agent with nothing but the tools of its scope, until one task was refused for missing evidence and accepted
 * with it. It says of every task that it is done; what is refused it takes again, hands its report in, and finishes.
 */
export async function workThePlan(client: RecordedClient, parts: WorkParts): Promise<WorkedPlan> {
  const { plan, capabilities, most, decide = () => Promise.resolve(false) } = parts;
  let accepted = 0;
  let blocked = 0;
  while (accepted + blocked < most) {
    const from = client.calls.length;
    const task = await next(1);
    if (task === null) {
      if (await decide()) continue;
      break;
    }
    const told = await finish(client, task);
    if (told.isAccepted) {
      accepted += 1;
    } else if (await isProven(task, told.missing)) {
      return { accepted: accepted + 1, blocked, story: client.calls.slice(from) };
    } else {
      blocked += 1;
    }
  }
  return { accepted, blocked, story: [] };

  async function next(wait: number): Promise<Found | null> {
    const asked = { agent: "ada", plan, wait_s: wait, ...(capabilities.length === 0 ? {} : { capabilities }) };
    return foundIn(await client.call("work_next", asked));
  }

  /** Takes a refused task again and hands in what was missing; gives it to a person when nothing more can be reported. */
  async function isProven(refused: Found, missing: readonly GateLine[]): Promise<boolean> {
    const known = [...refused.gates, ...missing];
    let report: string | null = null;
    for (;;) {
      const again = await next(WAIT_S);
      if (again === null) return false;
      const ref = { task: again.id, attempt: again.attempt };
      const before: string | null = report;
      report = again.id === refused.id ? reportFor(known) : null;
      if (report === null || report === before) {
        await client.call("work_block", { ...ref, reason: "Its gates ask for what I cannot report." });
        return false;
      }
      const reports = [{ name: "measured.txt", content: report, format: "metric-lines" }];
      await client.call("evidence_submit", { ...ref, reports });
      const told = await finish(client, again);
      if (told.isAccepted) return true;
      known.push(...told.missing);
    }
  }
}

/** Says that a task is done; what is missing is told by a refusal. */
async function finish(
  client: RecordedClient,
  { id, attempt }: Found,
): Promise<{ readonly isAccepted: boolean; readonly missing: readonly GateLine[] }> {
  const { refused, data } = await client.call("work_finish", { task: id, attempt, summary: "Done." });
  const missing = Array.isArray(data["missing"]) ? data["missing"].flatMap(gateIn) : [];
  return { isAccepted: !refused && data["outcome"] === "accepted", missing };
}

/** The gate of an entry of `missing`, which a task of many gates did not list: `search_p95 <200ms`. */
function gateIn(entry: unknown): readonly GateLine[] {
  const told = typeof entry === "object" && entry !== null && "asks" in entry ? String(entry.asks) : "";
  const [, metric, asks] = /^(\S+) (.+)$/.exec(told) ?? [];
  return metric === undefined || asks === undefined ? [] : [{ metric, asks }];
}

function foundIn({ data, refused }: RecordedCall): Found | null {
  if (refused) throw new Error(`work_next was refused: ${JSON.stringify(data)}`);
  const task: unknown = data["task"];
  return isFound(task) ? task : null;
}

function isFound(value: unknown): value is Found {
  return typeof value === "object" && value !== null && "id" in value && "attempt" in value && "gates" in value;
}
