import {
  type BoundEvidence,
  DEFAULT_POLICY,
  type EvidenceMetric,
  type EvidencePredicate,
  type EvidenceRecord,
  type EvidenceStatement,
  type GatePolicy,
  type JudgeContext,
  type JudgedGate,
  type JudgeInput,
  parseCriterion,
  statementDigest,
} from "@holdpoint/core";

/** The tree that fixtures are about. */
export const TREE: string = "a".repeat(64);

/** 2026-03-01T12:00:00Z, the present of all fixtures. */
export const NOW_MS: number = Date.UTC(2026, 2, 1, 12);

/** What a fixture says of a record; everything else is that of an honest, isolated E2 run a minute ago. */
export interface RecordFixture extends Partial<Omit<EvidencePredicate, "metrics">> {
  readonly checkId?: string;
  readonly checkDigest?: string;
  readonly metrics?: Readonly<Record<string, number | string | boolean>> | readonly EvidenceMetric[];
  readonly tree?: string | null;
  /** Minutes before the present at which it ended; negative for the future. */
  readonly minutesAgo?: number;
}

/** An instant so many minutes before the present of the fixtures. */
export function ago(minutes: number): string {
  return new Date(NOW_MS - minutes * 60_000).toISOString();
}

/** Makes a record as an honest run would leave it, with the fixture's changes. */
export function makeRecord(fixture: RecordFixture = {}): EvidenceRecord {
  const { checkId = "check", checkDigest = "sha256:c", metrics = {}, tree = TREE, minutesAgo = 1, ...rest } = fixture;
  const predicate: EvidencePredicate = {
    kind: "check",
    check: { id: checkId, digest: checkDigest },
    producer: { agent: "holdpoint", tenant: "local", task: null, attempt: null },
    tier: "E2",
    isolation: "full",
    argv: ["/bin/sh", "-c", "true"],
    cwd: null,
    environmentDigest: null,
    exit: { code: 0, signal: null, timedOut: false, started: true },
    startedAt: ago(minutesAgo + 1),
    endedAt: ago(minutesAgo),
    artifacts: [],
    reader: null,
    inventoryDigest: null,
    anomalies: [],
    validUntil: null,
    inputs: null,
    gates: [],
    witness: null,
    ...rest,
    metrics: toMetrics(metrics),
  };
  const statement: EvidenceStatement = {
    _type: "https://in-toto.io/Statement/v1",
    subject: tree === null ? [] : [{ name: "tree", digest: { sha256: tree } }],
    predicateType: "https://holdpoint.dev/evidence/v1",
    predicate,
  };
  return { digest: statementDigest(statement), statement };
}

/** `{ p95: "412ms" }` and `{ ok: true }` as metrics. */
export function toMetrics(metrics: NonNullable<RecordFixture["metrics"]>): readonly EvidenceMetric[] {
  if (Array.isArray(metrics)) return metrics as readonly EvidenceMetric[];
  return Object.entries(metrics).map(([key, value]) => {
    const parts = typeof value === "string" ? /^(-?\d+(?:\.\d+)?)(?:\/(\d+)|([a-zA-Z%/]+))?$/.exec(value) : null;
    if (parts === null) return { key, value, unit: null, n: null };
    return {
      key,
      value: Number(parts[1]),
      unit: parts[3] ?? null,
      n: parts[2] === undefined ? null : Number(parts[2]),
    };
  });
}

/** What a person says of a gate. */
export function makeWord(
  kind: "witness" | "waiver",
  gate: string,
  name: string,
  changes: RecordFixture & { readonly role?: string | null; readonly reason?: string } = {},
): EvidenceRecord {
  const { role = null, reason = "looked at it", ...rest } = changes;
  return makeRecord({
    kind,
    check: null,
    exit: null,
    tier: "E4",
    gates: [gate],
    witness: { name, role, reason },
    producer: { agent: `person:${name}`, tenant: "local", task: null, attempt: null },
    validUntil: kind === "waiver" ? ago(-60) : null,
    ...rest,
  });
}

/** Changes to the input that {@link makeInput} builds. */
export interface InputFixture {
  readonly text?: string;
  readonly gate?: Partial<JudgedGate>;
  readonly bound?: Partial<BoundEvidence>;
  readonly policy?: Partial<GatePolicy>;
  readonly context?: Partial<JudgeContext>;
}

/** The input of a gate on the metric `metric`, bound to the check `check`, with these records. */
export function makeInput(text: string, records: readonly EvidenceRecord[], fixture: InputFixture = {}): JudgeInput {
  const metric = fixture.gate?.metric === undefined ? "metric" : fixture.gate.metric;
  const gate: JudgedGate = {
    key: "gate",
    text,
    criterion: parseCriterion(text, { metric }).criterion,
    severity: "critical",
    metric,
    ...fixture.gate,
  };
  return {
    gate,
    bound: {
      how: "sidecar",
      problem: null,
      checks: [{ id: "check", digest: "sha256:c" }],
      records,
      exitBound: false,
      ...fixture.bound,
    },
    policy: { ...DEFAULT_POLICY, ...fixture.policy },
    context: {
      nowMs: NOW_MS,
      subject: { commit: null, tree: TREE, dirty: false },
      inputDigests: new Map(),
      ...fixture.context,
    },
  };
}
