import { type AnyJson, operations, type ResponseOf } from "@holdpoint/contract";
import { type HoldpointError, type PlanDocument, type PlanGate, problem, type Runtime } from "@holdpoint/core";
import { httpProblems, type Implementation, implement } from "../http/index.ts";
import { toMoment } from "../moment.ts";
import { openEvidenceBook } from "./evidence-book.ts";
import type { GateStore, StoredVerdict } from "./gate.types.ts";
import { gateProblems } from "./gates.problems.ts";
import { type PersonWord, waiverRecord, witnessRecord } from "./person-record.ts";

/** What the routes of gates need of a tenant. */
export interface GateRoom {
  readonly tenant: string;
  readonly gates: GateStore;
  readonly runtime: Runtime;
  /** The plan as it is judged; null when there is none. */
  planOf(planId: string): Promise<PlanDocument | null>;
  /** How well a signature that is made now is shielded from what ran for the plan. */
  isolationOf(planId: string): Promise<"full" | "none">;
  /** Settles what waited for a person; a plan's host does that by itself. */
  settle(planId: string): Promise<unknown>;
  /** Judges gates as they stand, by the evidence there is. */
  judge(planId: string, gates: readonly string[]): Promise<unknown>;
}

type GateView = ResponseOf<typeof operations.listGates>["items"][number];

/** Routes of gates, signatures and waivers. */
export function gateRoutes(room: (tenant: string) => Promise<GateRoom>): readonly Implementation[] {
  const planOf = async (tenant: string, planId: string): Promise<{ of: GateRoom; plan: PlanDocument }> => {
    const of = await room(tenant);
    const plan = await of.planOf(planId);
    if (plan === null) throw problem(httpProblems, "HP9105", { kind: "plan", id: planId });
    return { of, plan };
  };
  const gateOf = async (
    tenant: string,
    { plan: planId, gate: key }: { plan: string; gate: string },
  ): Promise<{ of: GateRoom; plan: PlanDocument; gate: PlanGate }> => {
    const { of, plan } = await planOf(tenant, planId);
    const gate = plan.gates.find((candidate) => candidate.key === key);
    if (gate === undefined) throw problem(httpProblems, "HP9105", { kind: "gate", id: key });
    return { of, plan, gate };
  };
  const record = async (
    tenant: string,
    place: { plan: string; gate: string },
    word: Pick<PersonWord, "name" | "role" | "reason">,
    expiresAt: number | null,
  ): Promise<{ digest: string; gate: GateView }> => {
    const { of, plan, gate } = await gateOf(tenant, place);
    const said: PersonWord = {
      ...word,
      tenant,
      planDigest: plan.digest,
      subject: { commit: null, tree: "untold", dirty: false },
      gate: gate.key,
      isolation: await of.isolationOf(place.plan),
      at: of.runtime.now(),
    };
    const made = expiresAt === null ? witnessRecord(said) : waiverRecord(said, expiresAt);
    const book = await openEvidenceBook(of.gates, place.plan);
    await book.add([made], [gate.key], ...(expiresAt === null ? [] : [expiresAt]));
    await of.judge(place.plan, [gate.key]);
    await of.settle(place.plan);
    const verdicts = await of.gates.currentVerdicts(place.plan);
    return {
      digest: made.digest,
      gate: toView(
        gate,
        verdicts.find(({ gateKey }) => gateKey === gate.key),
      ),
    };
  };
  return [
    implement(operations.listGates, async ({ params, query, principal }) => {
      const { of, plan } = await planOf(principal.tenant, params.plan);
      const verdicts = new Map((await of.gates.currentVerdicts(params.plan)).map((one) => [one.gateKey, one]));
      const all = plan.gates
        .filter((gate) => query.item === undefined || gate.item === query.item)
        .map((gate) => toView(gate, verdicts.get(gate.key)))
        .filter((gate) => query.verdict === undefined || gate.verdict === query.verdict);
      const from = Number(query.cursor ?? 0);
      const next = from + query.limit < all.length ? String(from + query.limit) : null;
      return { items: all.slice(from, from + query.limit), next };
    }),
    implement(operations.getGate, async ({ params, principal }) => {
      const { of, gate } = await gateOf(principal.tenant, params);
      const history = await of.gates.verdictHistory(params.plan, gate.key);
      const witnesses = await of.gates.witnesses(params.plan, gate.key);
      return {
        gate: toView(gate, history.at(-1)),
        history: history.map(({ seq, judgedAt, verdict: { verdict, reason, explanation } }) => ({
          seq,
          judgedAt: toMoment(judgedAt),
          verdict,
          reason,
          explanation,
        })),
        witnesses: witnesses.map(({ digest, kind, name, role, reason, signedAt, expiresAt }) => ({
          digest,
          kind,
          name,
          role,
          reason,
          signedAt: toMoment(signedAt),
          expiresAt: toMoment(expiresAt),
        })),
      };
    }),
    implement(operations.getEvidence, async ({ params, principal }) => {
      const { gates } = await room(principal.tenant);
      const found = await gates.getEvidence(params.digest);
      if (found === null) throw problem(httpProblems, "HP9105", { kind: "evidence", id: params.digest });
      const { digest, kind, checkId: check, gates: keys, endedAt, recordedAt, canonical } = found;
      const statement: AnyJson = JSON.parse(new TextDecoder().decode(canonical));
      return {
        digest,
        kind,
        check,
        gates: keys,
        endedAt: toMoment(endedAt),
        recordedAt: toMoment(recordedAt),
        statement,
      };
    }),
    implement(operations.signGate, ({ params, body, principal }) =>
      record(principal.tenant, params, { name: body.name, role: body.role ?? null, reason: body.reason }, null),
    ),
    implement(operations.waiveGate, async ({ params, body, principal }) => {
      const { of } = await planOf(principal.tenant, params.plan);
      const expiresAt = Date.parse(body.expiresAt);
      if (!(expiresAt > of.runtime.now())) throw past(body.expiresAt);
      return await record(principal.tenant, params, { name: body.name, role: null, reason: body.reason }, expiresAt);
    }),
  ];
}

function past(expiresAt: string): HoldpointError {
  return problem(gateProblems, "HP4010", { expiresAt }, { field: "expiresAt" });
}

/** A gate that nobody has judged is inconclusive, and says so. */
function toView(gate: PlanGate, stored: StoredVerdict | undefined): GateView {
  const { key, line, metric, text, severity, item, criterion } = gate;
  const base = { key, line, metric, text, severity, item, criterion };
  if (stored === undefined) {
    return {
      ...base,
      verdict: "inconclusive",
      freshness: "fresh",
      reason: "not_run",
      tier: null,
      explanation: "it was not judged yet",
      evidence: [],
      judgedAt: null,
    };
  }
  const { verdict, freshness, reason, tier, explanation, evidence } = stored.verdict;
  return {
    ...base,
    verdict,
    freshness,
    reason,
    tier,
    explanation,
    evidence: [...evidence],
    judgedAt: toMoment(stored.judgedAt),
  };
}
