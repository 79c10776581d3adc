import type { Runtime, Verdict, WorkGraph } from "@holdpoint/core";
import { beforeEach, describe, expect, test } from "vitest";
import { createMemoryWorkStore, type WorkStore } from "../work/index.ts";
import { type Completion, type CompletionParts, createCompletion } from "./completion.ts";

const PLAN = "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b";
const FAILS: Verdict = {
  verdict: "fail",
  freshness: "fresh",
  reason: "violated",
  tier: "E2",
  evidence: [],
  explanation: "coverage is 70 %",
  dueAt: null,
  hint: null,
};

describe("the completion of an attempt that somebody else settled meanwhile", () => {
  let work: WorkStore;
  let host: string | null;
  /** Happens while the report is judged, or while its host is waited for. */
  let meanwhile: () => Promise<void>;

  beforeEach(async () => {
    let ids = 0;
    const runtime: Runtime = { now: () => 1_000, newId: () => `id-${(ids += 1)}`, random: () => 0 };
    work = createMemoryWorkStore(runtime, { retry: { baseMs: 0, capMs: 0 } });
    const node = { kind: "task", line: 1, judgeFirst: false, capabilities: [], priority: 0, dependsOn: [] } as const;
    const named = { key: "a", title: "a", item: "a", gates: ["g"], position: 0 };
    const graph: WorkGraph = { nodes: [{ ...node, ...named }], notes: [] };
    await work.importGraph({ planId: PLAN, graph, maxAttempts: 5 });
    host = null;
  });

  function completion(): Completion {
    const runtime: Runtime = { now: () => 1_000, newId: () => "", random: () => 0 };
    const parts: Pick<CompletionParts, "hosts" | "judge" | "changed"> = {
      hosts: { attach: () => Promise.resolve(true), detach: () => Promise.resolve(), of: () => Promise.resolve(host) },
      judge: {
        gatekeeper: () => Promise.reject(new Error("not asked for a mendable gate")),
        judge: async () => {
          await meanwhile();
          return new Map([["g", FAILS]]);
        },
      },
      changed: () => meanwhile(),
    };
    const gatekeeper = { bound: () => new Map() };
    return createCompletion({
      ...parts,
      judge: { ...parts.judge, gatekeeper: () => Promise.resolve({ gatekeeper } as never) },
      tenant: "t",
      work,
      gates: {} as never,
      planOf: () => Promise.resolve(null),
      runtime,
      mostEvidenceBytes: () => Promise.resolve(0),
    });
  }

  async function claimed(): Promise<{ taskId: string; attempt: number }> {
    const [claim] = await work.claim({ agent: "ada", capabilities: [], owner: "me", leaseTtlMs: 500 });
    return { taskId: claim?.taskId ?? "", attempt: claim?.attempt ?? 0 };
  }

  async function complete({
    taskId: task,
    attempt,
  }: {
    taskId: string;
    attempt: number;
  }): ReturnType<Completion["complete"]> {
    const nothing = { summary: null, result: null, evidence: [], subject: null, waitMs: 1_000 };
    return await completion().complete({ task, attempt, ...nothing, signal: new AbortController().signal });
  }

  async function nextIsAccepted(first: { taskId: string; attempt: number }): Promise<void> {
    await work.refuse({ ...first, missing: ["coverage is 70 %"] });
    const second = await claimed();
    await work.report(second);
    await work.accept(second);
  }

  test("is not answered with the acceptance of a later attempt", async () => {
    const first = await claimed();
    meanwhile = () => nextIsAccepted(first);
    expect(await complete(first)).toMatchObject({ attempt: 1, state: "accepted", outcome: "refused" });
  });

  test("is not answered with the acceptance of a later attempt by a host either", async () => {
    host = "host";
    const first = await claimed();
    meanwhile = () => nextIsAccepted(first);
    expect(await complete(first)).toMatchObject({ attempt: 1, state: "accepted", outcome: "refused" });
  });

  test("is answered with its own acceptance, whoever accepted it", async () => {
    const first = await claimed();
    meanwhile = async () => void (await work.accept(first));
    expect(await complete(first)).toMatchObject({ attempt: 1, state: "accepted", outcome: "accepted" });
  });
});
