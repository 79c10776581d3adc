import {
  type BindingSidecar,
  bindEvidence,
  type CheckDefinition,
  type CheckLedger,
  type Criterion,
  checksOf,
  type EvidencePredicate,
  type EvidenceRecord,
  isOpen,
  judgeGate,
  type PlanGate,
  parseCriterion,
  type SidecarCheck,
  type SidecarGate,
  type Verdict,
} from "@holdpoint/core";
import { buildStatement, type ReportReading, readReport, statementSubjects } from "@holdpoint/evidence";
import { ago, NOW_MS, TREE } from "./make-record.ts";

/** One run of a check, as it happened: what it printed and how it ended. */
export interface RunFixture {
  /** Id of the check. @default "check" */
  readonly check?: string;
  readonly stdout?: string;
  /** @default 0 */
  readonly exit?: number | "killed" | "timed out" | "not started";
  /** @default 1 */
  readonly minutesAgo?: number;
  /** Digest of the tree it was about. @default the present one */
  readonly tree?: string;
  /** Digest of the check's definition at the time, when it was another one. */
  readonly definition?: string;
  /** What the runner noticed besides what the reader did. */
  readonly noticed?: EvidencePredicate["anomalies"];
  /** Changes to the record, for provenance other than that of a local run. */
  readonly record?: Partial<EvidencePredicate>;
  /** True when its record was taken away afterwards. */
  readonly removed?: boolean;
}

/** A gate of the fixture's plan. The first one is the one that is judged. */
export interface GateFixture {
  readonly metric: string | null;
  readonly text: string;
  /** Where no text can say it. */
  readonly criterion?: Criterion;
}

/** One way in which evidence can be dishonest or odd, or one in which it is in order. */
export interface Fixture {
  /** A sentence: what happens. */
  readonly name: string;
  /** Where this lets a gate through, or what it is modelled on; empty for our own. */
  readonly seenIn: string;
  readonly gates: readonly [GateFixture, ...GateFixture[]];
  readonly runs: readonly RunFixture[];
  /** Records of people. */
  readonly words?: readonly EvidenceRecord[];
  /** Binding of the judged gate in the sidecar; absent when there is none. */
  readonly sidecar?: Partial<SidecarGate>;
  /** Checks of the sidecar besides the plan's own. */
  readonly checks?: readonly Partial<SidecarCheck>[];
  readonly inputDigests?: ReadonlyMap<string, string>;
  /** What the verdict must be: `fail violated`, `inconclusive nan`, `pass met`. */
  readonly expected: string;
}

const BLOCK = "block";
const NO_BINDING: SidecarGate = {
  check: null,
  metric: null,
  criterion: null,
  minTier: null,
  severity: null,
  exit: null,
  maxAgeMs: null,
  isolation: null,
  owner: null,
  onInconclusive: null,
};

/** Takes a fixture through the whole way: bytes, reader, statement, binding, verdict. */
export async function judgeFixture(fixture: Fixture): Promise<Verdict> {
  const checks = checkFixtures(fixture);
  const sidecar = sidecarOf(fixture, checks);
  // The checks of a fixture stand in the plan, in the block of its gates.
  const plan = {
    gates: fixture.gates.map((gate, index) => planGate(gate, index)),
    checks: checks.map((check) => ({ line: 1, command: check.run, item: null, block: BLOCK })),
  };
  const definitions = checksOf(plan, sidecar);
  const kept: EvidenceRecord[] = [...(fixture.words ?? [])];
  const known: { run: RunFixture; record: EvidenceRecord }[] = [];
  for (const run of fixture.runs) {
    for (const record of await recordsOf(run, definitions)) {
      known.push({ run, record });
      if (run.removed !== true) kept.push(record);
    }
  }
  const bound = bindEvidence(plan, sidecar, kept).get("gate-0");
  if (bound === undefined) throw new Error("the fixture has no gate");
  return judgeGate({
    gate: bound.gate,
    bound: bound.bound,
    policy: bound.policy,
    context: {
      nowMs: NOW_MS,
      subject: { commit: null, tree: TREE, dirty: false },
      inputDigests: fixture.inputDigests ?? new Map(),
      ledger: ledgerOf(known),
    },
  });
}

/** Verdict and reason, as fixtures expect them. */
export function briefly(verdict: Verdict): string {
  return `${verdict.verdict} ${verdict.reason}`;
}

/** Whether the verdict lets work past the gate. */
export function opens(verdict: Verdict): boolean {
  return isOpen(verdict);
}

function checkFixtures(fixture: Fixture): readonly SidecarCheck[] {
  const ids = new Set(fixture.runs.map((run) => run.check ?? "check"));
  const given = fixture.checks ?? [...ids, ...(ids.size === 0 ? ["check"] : [])].map((id) => ({ id }));
  return given.map((check) => ({
    id: "check",
    run: `./${check.id ?? "check"}.sh`,
    cwd: null,
    timeoutMs: null,
    files: [],
    reader: null,
    inputs: [],
    env: [],
    ...check,
  }));
}

function sidecarOf(fixture: Fixture, checks: readonly SidecarCheck[]): BindingSidecar {
  const gates = new Map<string, SidecarGate>();
  if (fixture.sidecar !== undefined) gates.set("gate-0", { ...NO_BINDING, ...fixture.sidecar });
  return { checks, gates, minTier: null, isolation: null };
}

function planGate(gate: GateFixture, index: number): PlanGate {
  const criterion = gate.criterion ?? parseCriterion(gate.text, { metric: gate.metric }).criterion;
  const key = `gate-${index}`;
  return {
    key,
    line: 1,
    metric: gate.metric,
    text: gate.text,
    criterion,
    item: null,
    severity: "critical",
    block: BLOCK,
  };
}

async function recordsOf(run: RunFixture, definitions: readonly CheckDefinition[]): Promise<readonly EvidenceRecord[]> {
  const id = run.check ?? "check";
  const definition = definitions.find((entry) => entry.id === id);
  if (definition === undefined) throw new Error(`the fixture has no check ${id}`);
  const bytes = new TextEncoder().encode(run.stdout ?? "");
  const reading = await readReport(bytes);
  return [statementOf(run, reading, { id, digest: run.definition ?? definition.digest })];
}

function statementOf(run: RunFixture, reading: ReportReading, check: { id: string; digest: string }): EvidenceRecord {
  const minutesAgo = run.minutesAgo ?? 1;
  return buildStatement({
    subject: statementSubjects({ commit: null, tree: run.tree ?? TREE, dirty: false, plan: null }),
    predicate: {
      kind: "check",
      check,
      producer: { agent: "holdpoint", tenant: "local", task: null, attempt: null },
      tier: "E2",
      isolation: "full",
      argv: ["/bin/sh", "-c", `./${check.id}.sh`],
      exit: exitOf(run.exit ?? 0),
      startedAt: ago(minutesAgo + 0.5),
      endedAt: ago(minutesAgo),
      reader: reading.reader,
      metrics: reading.metrics,
      inventoryDigest: reading.inventoryDigest,
      anomalies: [...reading.anomalies, ...(run.noticed ?? [])],
      ...run.record,
    },
  });
}

function exitOf(exit: NonNullable<RunFixture["exit"]>): EvidencePredicate["exit"] {
  if (typeof exit === "number") return { code: exit, signal: null, timedOut: false, started: true };
  if (exit === "not started") return { code: null, signal: null, timedOut: false, started: false };
  return {
    code: null,
    signal: exit === "killed" ? "SIGKILL" : "SIGTERM",
    timedOut: exit === "timed out",
    started: true,
  };
}

function ledgerOf(known: readonly { run: RunFixture; record: EvidenceRecord }[]): ReadonlyMap<string, CheckLedger> {
  const ledger = new Map<string, CheckLedger>();
  for (const id of new Set(known.map(({ run }) => run.check ?? "check"))) {
    const own = known.filter(({ run }) => (run.check ?? "check") === id);
    const newest = Math.min(...own.map(({ run }) => run.minutesAgo ?? 1));
    ledger.set(id, {
      records: own.map(({ record }) => record.digest),
      newest: own.filter(({ run }) => (run.minutesAgo ?? 1) === newest).map(({ record }) => record.digest),
    });
  }
  return ledger;
}
