import { readFile } from "node:fs/promises";
import type { AttemptAccount, ClaimedWork, WorkRef, WorkSource } from "../attempt/work-source.ts";
import type { ClaimMux, GivenTask } from "./claim-mux.ts";
import type { LeaseKeeper } from "./lease-keeper.ts";
import { type Outbox, TOLD_BY } from "./outbox.ts";
import { storableBody } from "./storable-body.ts";

/** Largest report that is handed over, bytes; the server takes eight million characters. */
const LARGEST_REPORT_BYTES = 7_500_000;
/** Evidence of one report. */
const MOST_EVIDENCE = 100;
/** Bytes of evidence of one report: what the server takes in one call, less what surrounds it. */
const MOST_EVIDENCE_BYTES = 15_000_000;

/** Lets the pool of agents work for a server: claims, leases and reports each go their own way. */
export function createRemoteSource(parts: {
  readonly mux: ClaimMux;
  readonly keeper: LeaseKeeper;
  readonly outbox: Outbox;
}): WorkSource {
  const { mux, keeper, outbox } = parts;
  return {
    claim: async (request) => (await mux.claim(request)).map(toWork),
    // The keeper renews all leases together and ends an attempt by itself; here it only says what it knows.
    renew: (work) => Promise.resolve(keeper.holds(work) ? "held" : "lost"),
    async report(work, account) {
      const { summary, exitCode, stdout, stderr, workspace, startedAt, endedAt } = account;
      const { evidence, leftOut } = await evidenceOf(account);
      const result = { exitCode, stdout, stderr, workspace, startedAt, endedAt, leftOut };
      tell("complete", work, { summary: summary?.slice(0, 10_000) ?? null, result, evidence });
    },
    fail(work, reason) {
      tell("fail", work, { reason: reason.slice(0, 2_000) });
      return Promise.resolve();
    },
    release(work, reason) {
      tell("release", work, { reason: reason.slice(0, 2_000) });
      return Promise.resolve();
    },
  };

  function tell(kind: "complete" | "fail" | "release", work: WorkRef, body: Readonly<Record<string, unknown>>): void {
    outbox.add({ kind, task: work.taskId, attempt: work.attempt, body: storableBody(TOLD_BY[kind], body) });
  }
}

function toWork(task: GivenTask): ClaimedWork {
  const missing = task.missing.map((explanation) => ({ ...NO_GATE, explanation }));
  return {
    taskId: task.id,
    attempt: task.attempt,
    task: { key: task.key, id: task.key, title: task.title, line: 1, kind: "task", owners: [] },
    gates: task.gates,
    refusal: missing.length === 0 ? null : { missing },
    ...(task.payload === null ? {} : { payload: task.payload }),
  };
}

const NO_GATE = { gate: null, metric: null, text: null, verdict: null, reason: null } as const;

/** What the agent handed over, as the server takes it; what is too large or no text is named instead. */
async function evidenceOf({ handedOver }: AttemptAccount): Promise<{
  readonly evidence: readonly Readonly<Record<string, unknown>>[];
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[];
}> {
  const evidence: Readonly<Record<string, unknown>>[] = [];
  const leftOut = [...handedOver.refused];
  let room = MOST_EVIDENCE_BYTES;
  for (const taken of handedOver.taken) {
    const name = taken.type === "evidence" ? taken.metric : (taken.name ?? taken.path);
    if (evidence.length >= MOST_EVIDENCE) leftOut.push({ name, reason: `more than ${MOST_EVIDENCE} entries` });
    else if (taken.type === "evidence") {
      evidence.push({ type: "metric", metric: name, value: taken.value, unit: taken.unit ?? null });
    } else if (taken.size > Math.min(room, LARGEST_REPORT_BYTES)) leftOut.push({ name, reason: "it is too large" });
    else {
      const content = asText(await readFile(taken.kept));
      if (content === null) leftOut.push({ name, reason: "it is not UTF-8 text" });
      else {
        room -= taken.size;
        evidence.push({ type: "report", name, content, reader: taken.reader ?? null });
      }
    }
  }
  return { evidence, leftOut };
}

function asText(bytes: Buffer): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
