import type { ReportAttempt, ReportCheck, ReportGate, ReportItem, VerificationReport } from "./report-model.ts";

/** A gate for tests: pass and fresh unless told otherwise. */
export function sampleGate(over: Partial<ReportGate> = {}): ReportGate {
  return {
    key: "foundations/line_coverage",
    line: 12,
    metric: "line_coverage",
    text: ">=90%",
    severity: "critical",
    verdict: "pass",
    freshness: "fresh",
    reason: "met",
    explanation: "line_coverage is 93.1 %, asked for >= 90 %",
    hint: null,
    tier: "E2",
    evidence: [`sha256:${"4f".repeat(32)}`],
    item: "foundations",
    suggestion: null,
    next: null,
    turns: [],
    ...over,
  };
}

/** A task for tests: claimed done and verified unless told otherwise. */
export function sampleItem(over: Partial<ReportItem> = {}): ReportItem {
  return {
    key: "T-1",
    id: "T-1",
    kind: "task",
    title: "Write the health endpoint",
    line: 20,
    parent: null,
    claimed: "done",
    verified: "verified",
    counts: true,
    ...over,
  };
}

/** A check for tests: ended well unless told otherwise. */
export function sampleCheck(over: Partial<ReportCheck> = {}): ReportCheck {
  return {
    id: "coverage",
    command: "npm run coverage",
    line: 14,
    exitCode: 0,
    outcome: "ok",
    durationMs: 4210,
    evidence: `sha256:${"4f".repeat(32)}`,
    metrics: ["line_coverage 93.1 %"],
    anomalies: [],
    tail: "lines 93.1 %\nbranches 88.0 %",
    ...over,
  };
}

/** An attempt for tests: accepted after 30 s unless told otherwise. */
export function sampleAttempt(over: Partial<ReportAttempt> = {}): ReportAttempt {
  return {
    task: "T-1",
    title: "Write the health endpoint",
    attempt: 1,
    agent: "builder",
    outcome: "accepted",
    startedAt: "2026-03-02T10:00:00.000Z",
    endedAt: "2026-03-02T10:00:30.000Z",
    summary: "done",
    ...over,
  };
}

/** A report for tests: nothing in it unless told otherwise. */
export function sampleReport(over: Partial<VerificationReport> = {}): VerificationReport {
  return {
    command: "verify",
    plan: { title: "Parcel tracker launch", digest: `sha256:${"ab".repeat(32)}`, path: "PLAN.md" },
    startedAt: "2026-03-02T10:00:00.000Z",
    endedAt: "2026-03-02T10:01:12.000Z",
    subject: { commit: "9d1c5e0b7a3f4e2d8c6b5a4f3e2d1c0b9a8f7e6d", tree: `sha256:${"c3".repeat(32)}`, dirty: true },
    isolation: { level: "full", reason: null },
    claimed: 0,
    verified: 0,
    gates: [],
    leftOut: { gates: 0, failed: [], unproven: [] },
    items: [],
    checks: [],
    problems: [],
    notAllowed: [],
    work: null,
    exitCode: 2,
    ...over,
  };
}

/** A report with something of everything, as a run of a small service's plan would leave it. */
export function fullReport(over: Partial<VerificationReport> = {}): VerificationReport {
  return sampleReport({
    command: "run",
    claimed: 6 / 7,
    verified: 2 / 7,
    exitCode: 1,
    reportPath: ".holdpoint/report.html",
    isolation: { level: "none", reason: "user namespaces are switched off on this machine" },
    gates: GATES,
    leftOut: { gates: 0, failed: [], unproven: [] },
    items: ITEMS,
    checks: CHECKS,
    notAllowed: [{ line: 71, command: "./deploy/canary.sh --region eu --percent 5" }],
    problems: [
      {
        code: "HP1203",
        severity: "error",
        kind: "status-conflict",
        line: 8,
        lines: [8, 64],
        message: "Phase 2 is called completed on line 8 and 85 % on line 64.",
        hint: "Keep the status at the line that defines the phase.",
      },
      {
        code: "HP1207",
        severity: "warning",
        kind: "arithmetic",
        line: 90,
        lines: [90],
        message: "The owners' tasks add up to 26, the table has 30.",
        hint: "Count again, or leave the total out.",
      },
    ],
    work: {
      tasks: { accepted: 2, open: 3, held: 1, dead: 1, total: 7 },
      attempts: ATTEMPTS,
      waitsFor: [
        {
          kind: "person",
          what: "launch_review asks for 1 of release-manager, who is not the producer",
          next: 'holdpoint gate sign launch/launch_review --plan PLAN.md --as NAME --role release-manager --reason "…"',
        },
        {
          kind: "time",
          what: "canary asks for 24 h of observed time; 0.4 h so far",
          next: "holdpoint run PLAN.md --wait 24h",
        },
        { kind: "dead", what: "T-7 Load test: 3 attempts failed", next: "holdpoint task redrive T-7" },
      ],
      writtenBack: [{ line: 20, title: "Write the health endpoint", claimed: "done" }],
    },
    ...over,
  });
}

const GATES: readonly ReportGate[] = [
  sampleGate({
    turns: [
      { at: "2026-03-02T10:00:20.000Z", verdict: "fail", reason: "violated" },
      { at: "2026-03-02T10:00:58.000Z", verdict: "pass", reason: "met" },
    ],
  }),
  sampleGate({
    key: "foundations/tests",
    line: 13,
    metric: "unit_tests",
    text: "203/203 passing",
    explanation: "203 of 203 cases passed",
  }),
  sampleGate({
    key: "load/response_time_p95",
    line: 52,
    metric: "response_time_p95",
    text: "<500ms",
    verdict: "fail",
    reason: "violated",
    explanation: "response_time_p95 is 612 ms over 4,000 requests, asked for < 500 ms",
    item: "load",
  }),
  sampleGate({
    key: "load/error_rate",
    line: 53,
    metric: "error_rate",
    text: "<1%",
    severity: "important",
    verdict: "inconclusive",
    reason: "unit_mismatch",
    explanation: "the check says error_rate=4 without a unit, the gate asks for %",
    hint: "print error_rate=0.4% from the load test",
    item: "load",
  }),
  sampleGate({
    key: "launch/canary",
    line: 72,
    metric: "canary",
    text: "24hr canary",
    verdict: "inconclusive",
    reason: "window_incomplete",
    explanation: "0.4 h of 24 h observed without a violation",
    next: "holdpoint run PLAN.md --wait 24h",
    item: "launch",
  }),
  sampleGate({
    key: "launch/launch_review",
    line: 73,
    metric: "launch_review",
    text: "1 of release-manager not producer",
    verdict: "inconclusive",
    reason: "awaiting_witness",
    explanation: "nobody has signed",
    evidence: [],
    tier: null,
    next: 'holdpoint gate sign launch/launch_review --plan PLAN.md --as NAME --role release-manager --reason "…"',
    item: "launch",
  }),
  ...["uptime", "alert_coverage", "docs_updated"].map((metric, index) =>
    sampleGate({
      key: `watch/${metric}`,
      line: 80 + index,
      metric,
      text: [">99.9%", "100% of critical paths", "true"][index] ?? "",
      verdict: "inconclusive",
      reason: "unbound",
      explanation: "no check and no metric of this name speaks for it",
      evidence: [],
      tier: null,
      suggestion: `gates:\n  watch/${metric}:\n    check: CHECK_ID\n    metric: ${metric}\n`,
      item: "watch",
    }),
  ),
  sampleGate({
    key: "watch/licence_scan",
    line: 84,
    metric: "licence_scan",
    text: "clean",
    severity: "important",
    reason: "waived",
    tier: "E4",
    explanation: "waived by the release manager until 2026-04-01: the scanner is being replaced",
    item: "watch",
  }),
];

const ITEMS: readonly ReportItem[] = [
  sampleItem({
    key: "foundations",
    id: null,
    kind: "phase",
    title: "Phase 1: Foundations (Weeks 1-2)",
    line: 8,
    counts: false,
  }),
  sampleItem({ key: "T-1", line: 20, parent: "foundations" }),
  sampleItem({ key: "T-2", id: "T-2", title: "Store parcels in the database", line: 21, parent: "foundations" }),
  sampleItem({
    key: "load",
    id: null,
    kind: "phase",
    title: "Phase 2: Load and limits",
    line: 48,
    counts: false,
    verified: "failed",
  }),
  sampleItem({
    key: "T-7",
    id: "T-7",
    title: "Load test with 4,000 requests",
    line: 50,
    parent: "load",
    verified: "failed",
  }),
  sampleItem({
    key: "T-8",
    id: "T-8",
    title: "限流：每个客户端每秒一百个请求 🚦",
    line: 51,
    parent: "load",
    verified: "failed",
  }),
  sampleItem({
    key: "launch",
    id: null,
    kind: "phase",
    title: "Phase 3: Launch",
    line: 66,
    counts: false,
    claimed: "in_progress",
    verified: "inconclusive",
  }),
  sampleItem({
    key: "T-9",
    id: "T-9",
    title: "Roll out to five percent of the traffic",
    line: 70,
    parent: "launch",
    verified: "inconclusive",
  }),
  sampleItem({
    key: "T-10",
    id: "T-10",
    title: "Announce",
    line: 75,
    parent: "launch",
    claimed: "pending",
    verified: "inconclusive",
  }),
  sampleItem({
    key: "notes",
    id: null,
    kind: "task",
    title: "Write the release notes for everybody who follows the tracker, in all the languages that it speaks",
    line: 95,
    verified: "open",
  }),
];

const CHECKS: readonly ReportCheck[] = [
  sampleCheck(),
  sampleCheck({
    id: "load",
    command: "node load/run.mjs --requests 4000",
    line: 55,
    exitCode: 1,
    outcome: "failed",
    durationMs: 31_400,
    metrics: ["response_time_p95 612 ms", "error_rate 4"],
    anomalies: ["conflicting_metric"],
    tail: "response_time_p95=612ms\nerror_rate=4\n<b>4 of 1,000 requests failed</b>",
  }),
  sampleCheck({
    id: "scan",
    command: "./scan-secrets.sh",
    line: 58,
    exitCode: null,
    outcome: "timed_out",
    durationMs: 60_000,
    evidence: null,
    metrics: [],
    tail: "",
  }),
];

const ATTEMPTS: readonly ReportAttempt[] = [
  sampleAttempt(),
  sampleAttempt({
    task: "T-2",
    title: "Store parcels in the database",
    agent: "builder-2",
    outcome: "refused",
    endedAt: "2026-03-02T10:00:20.000Z",
    summary: "line_coverage 81 %, asked for >= 90 %",
  }),
  sampleAttempt({
    task: "T-2",
    title: "Store parcels in the database",
    agent: "builder-2",
    attempt: 2,
    startedAt: "2026-03-02T10:00:22.000Z",
    endedAt: "2026-03-02T10:00:58.000Z",
  }),
  sampleAttempt({
    task: "T-7",
    title: "Load test with 4,000 requests",
    agent: "prober",
    outcome: "failed",
    startedAt: "2026-03-02T10:00:31.000Z",
    endedAt: "2026-03-02T10:01:03.000Z",
    summary: "exit 1",
  }),
  sampleAttempt({
    task: "T-9",
    title: "Roll out to five percent of the traffic",
    agent: "builder",
    outcome: "held",
    startedAt: "2026-03-02T10:01:00.000Z",
    endedAt: "2026-03-02T10:01:10.000Z",
    summary: "waits for launch_review",
  }),
];
