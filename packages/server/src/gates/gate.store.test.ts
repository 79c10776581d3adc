import {
  canonicalJson,
  type EvidenceStatement,
  type PlanDocument,
  statementDigest,
  type Verdict,
} from "@holdpoint/core";
import type { Store } from "@holdpoint/store";
import { TEST_SERVERS, type TestServer } from "@holdpoint/store/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type App, createApp } from "../app.ts";
import { createSystemRuntime } from "../system-runtime.ts";
import type { NewEvidence } from "./gate.types.ts";

const GATES = ["g1", "g2"].map((key) => ({
  key,
  line: 1,
  metric: "coverage",
  text: ">=90%",
  criterion: null,
  item: null,
  severity: "critical" as const,
  block: null,
}));

const DOCUMENT: PlanDocument = {
  title: "Plan",
  format: "markdown",
  digest: `sha256:${"0".repeat(64)}`,
  items: [],
  gates: GATES,
  restated: [],
  checks: [],
  problems: [],
  notUnderstood: [],
  source: new Uint8Array(),
  statusTokens: new Map(),
};

const PASS: Verdict = {
  verdict: "pass",
  freshness: "fresh",
  reason: "met",
  tier: "E2",
  evidence: ["sha256:e"],
  explanation: "coverage is 95 %, at least 90 % was asked",
  dueAt: null,
  hint: null,
};

const OPEN: Verdict = {
  ...PASS,
  verdict: "inconclusive",
  reason: "no_evidence",
  tier: null,
  evidence: [],
  dueAt: 9_000,
};

function statementOf(endedAt: string, changes: Partial<EvidenceStatement["predicate"]> = {}): EvidenceStatement {
  return {
    _type: "https://in-toto.io/Statement/v1",
    subject: [{ name: "tree", digest: { sha256: "0".repeat(64) } }],
    predicateType: "https://holdpoint.dev/evidence/v1",
    predicate: {
      kind: "check",
      check: { id: "coverage", digest: "sha256:c" },
      producer: { agent: "holdpoint", tenant: "local", task: null, attempt: null },
      tier: "E2",
      isolation: "full",
      argv: ["/bin/sh", "-c", "true"],
      cwd: null,
      environmentDigest: null,
      exit: { code: 0, signal: null, timedOut: false, started: true },
      startedAt: endedAt,
      endedAt,
      artifacts: [],
      reader: null,
      metrics: [],
      inventoryDigest: null,
      anomalies: [],
      validUntil: null,
      inputs: null,
      gates: [],
      witness: null,
      ...changes,
    },
  };
}

describe.each(TEST_SERVERS)("the gate store on $name", (kind) => {
  let server: TestServer;
  let store: Store;
  let app: App;
  let planId: string;
  let tenants = 0;
  let nowMs = 1_000;

  beforeAll(async () => {
    server = await kind.start();
    store = await server.openStore(() => 0);
  });

  afterAll(async () => {
    await server.stop();
  });

  beforeEach(async () => {
    tenants += 1;
    nowMs = 1_000;
    app = await createApp({
      store,
      runtime: { ...createSystemRuntime(), now: () => nowMs },
      tenant: `tenant-${tenants}`,
    });
    planId = (await app.plans.importPlan({ source: "PLAN.md", document: DOCUMENT })).planId;
  });

  function record(
    statement: EvidenceStatement,
    gates: readonly string[] = [],
    changes: Partial<NewEvidence> = {},
  ): NewEvidence {
    const canonical = new TextEncoder().encode(canonicalJson(statement));
    return { planId, digest: statementDigest(statement), canonical, statement, gates, ...changes };
  }

  const minute = (at: number): string => new Date(Date.UTC(2026, 0, 1, 0, at)).toISOString();

  test("keeps evidence once, under its own digest, with its bytes", async () => {
    const one = record(statementOf(minute(1)), ["g1"]);
    expect(await app.gates.addEvidence([one])).toEqual([{ digest: one.digest, added: true }]);
    expect(await app.gates.addEvidence([one, one])).toEqual([
      { digest: one.digest, added: false },
      { digest: one.digest, added: false },
    ]);
    const kept = await app.gates.getEvidence(one.digest);
    expect([kept?.canonical, kept?.gates, kept?.recordedAt]).toEqual([one.canonical, ["g1"], 1_000]);
    expect((await app.events.read()).filter((event) => event.kind === "evidence.recorded").length).toBe(1);
  });

  test("binds known evidence to further gates, and to none that the plan never had", async () => {
    const one = record(statementOf(minute(1)), ["g1"]);
    await app.gates.addEvidence([one]);
    await app.gates.addEvidence([{ ...one, gates: ["g2", "nowhere"] }]);
    expect((await app.gates.getEvidence(one.digest))?.gates).toEqual(["g1", "g2"]);
  });

  test("refuses bytes that are not those of the digest", async () => {
    const forged = record(statementOf(minute(1)), [], { canonical: new TextEncoder().encode("{}") });
    await expect(app.gates.addEvidence([forged])).rejects.toThrow("evidence_check");
    expect(await app.gates.getEvidence(forged.digest)).toBeNull();
  });

  test("refuses evidence without a readable end", async () => {
    await expect(app.gates.addEvidence([record(statementOf("yesterday"))])).rejects.toThrow("no readable end");
  });

  test("gives the evidence of a plan, gate or check, oldest first, the newest when there is too much", async () => {
    const other = { check: { id: "lint", digest: "sha256:l" } };
    const records = [
      record(statementOf(minute(3)), ["g1"]),
      record(statementOf(minute(1)), ["g1", "g2"]),
      record(statementOf(minute(2), other), ["g2"]),
    ];
    await app.gates.addEvidence(records);
    const minutes = async (query: {
      gateKey?: string;
      checkId?: string;
      since?: number;
      limit?: number;
    }): Promise<number[]> =>
      (await app.gates.evidence({ planId, ...query })).map((kept) => new Date(kept.endedAt).getUTCMinutes());
    expect(await minutes({})).toEqual([1, 2, 3]);
    expect(await minutes({ limit: 2 })).toEqual([2, 3]);
    expect(await minutes({ gateKey: "g2" })).toEqual([1, 2]);
    expect(await minutes({ checkId: "coverage" })).toEqual([1, 3]);
    expect(await minutes({ gateKey: "g2", checkId: "lint" })).toEqual([2]);
    expect(await minutes({ since: Date.parse(minute(2)) })).toEqual([2, 3]);
  });

  test("knows every record of each check and which of them ended last", async () => {
    const [old, last] = [record(statementOf(minute(1))), record(statementOf(minute(2)))];
    await app.gates.addEvidence([last, old]);
    expect([...(await app.gates.ledger(planId))]).toEqual([
      ["coverage", { records: [old.digest, last.digest], newest: [last.digest] }],
    ]);
  });

  test("keeps the history of verdicts, and adds one only when it says something else", async () => {
    const judge = async (verdict: Verdict): Promise<unknown> =>
      await app.gates.addVerdicts(planId, [{ gateKey: "g1", verdict }]);
    expect(await judge(OPEN)).toEqual([{ gateKey: "g1", seq: 1, changed: true }]);
    expect(await judge({ ...OPEN, explanation: "said differently" })).toEqual([
      { gateKey: "g1", seq: 1, changed: false },
    ]);
    nowMs = 2_000;
    expect(await judge(PASS)).toEqual([{ gateKey: "g1", seq: 2, changed: true }]);
    expect(await app.gates.verdictHistory(planId, "g1")).toEqual([
      { gateKey: "g1", seq: 1, judgedAt: 1_000, verdict: OPEN },
      { gateKey: "g1", seq: 2, judgedAt: 2_000, verdict: PASS },
    ]);
    expect((await app.gates.currentVerdicts(planId)).map((stored) => [stored.gateKey, stored.verdict.verdict])).toEqual(
      [["g1", "pass"]],
    );
  });

  test("refuses a pass that rests on nothing", async () => {
    const verdicts = [{ gateKey: "g1", verdict: { ...PASS, evidence: [] } }];
    await expect(app.gates.addVerdicts(planId, verdicts)).rejects.toThrow("verdict_check");
    expect(await app.gates.verdictHistory(planId, "g1")).toEqual([]);
  });

  test("refuses a verdict on a gate that the plan never had", async () => {
    await expect(app.gates.addVerdicts(planId, [{ gateKey: "nowhere", verdict: OPEN }])).rejects.toThrow(
      "no gate nowhere",
    );
  });

  test("numbers the verdicts of judges that write at the same time one after the other", async () => {
    const verdicts = [OPEN, PASS, { ...OPEN, reason: "nan" as const }, { ...PASS, tier: "E3" as const }];
    await Promise.all(verdicts.map((verdict) => app.gates.addVerdicts(planId, [{ gateKey: "g1", verdict }])));
    expect((await app.gates.verdictHistory(planId, "g1")).map((stored) => stored.seq)).toEqual([1, 2, 3, 4]);
  });

  test("keeps signatures and waivers with who, why and until when", async () => {
    const signed = { name: "Kim", role: "release-manager", reason: "looked at it" };
    const witness = statementOf(minute(1), { kind: "witness", check: null, gates: ["g1"], witness: signed });
    const waiver = statementOf(minute(2), {
      kind: "waiver",
      check: null,
      gates: ["g2"],
      witness: { ...signed, role: null },
    });
    const expiresAt = Date.parse(minute(60));
    await app.gates.addEvidence([record(witness), record(waiver, [], { expiresAt })]);
    expect(await app.gates.witnesses(planId)).toMatchObject([
      { gateKey: "g1", kind: "witness", name: "Kim", role: "release-manager", expiresAt: null },
      { gateKey: "g2", kind: "waiver", role: null, expiresAt },
    ]);
    expect((await app.gates.witnesses(planId, "g2")).length).toBe(1);
  });

  test("refuses a waiver without an end", async () => {
    const witness = { name: "Kim", role: null, reason: "it is late" };
    const waiver = record(statementOf(minute(2), { kind: "waiver", check: null, gates: ["g1"], witness }));
    await expect(app.gates.addEvidence([waiver])).rejects.toThrow("witness_record_check");
  });

  test("keeps what was observed of a gate, oldest first", async () => {
    const seen = { planId, gateKey: "g1", subjectDigest: "sha256:t", verdict: "pass" as const, evidence: ["sha256:e"] };
    await app.gates.addObservations([2, 1].map((observedAt) => ({ ...seen, observedAt })));
    expect((await app.gates.observations(planId, "g1")).map((one) => one.observedAt)).toEqual([1, 2]);
    expect(await app.gates.observations(planId, "g1", 2)).toEqual([{ ...seen, observedAt: 2 }]);
  });

  test("takes nothing for nothing", async () => {
    expect(await app.gates.addEvidence([])).toEqual([]);
    expect(await app.gates.addVerdicts(planId, [])).toEqual([]);
    await app.gates.addObservations([]);
    expect((await app.events.read()).map((event) => event.kind)).toEqual(["plan.imported"]);
  });
});
