/**
 * How fast the judge is: 100,000 gates of mixed kinds on one core, and bare CEL beside it.
 *
 * Run with `npx tsx bench/judge.bench.ts`. The last line is JSON: `judge_seconds_per_100k` must stay below 1.
 */
import {
  DEFAULT_POLICY,
  type EvidenceRecord,
  type JudgeInput,
  judgeGate,
  parseCriterion,
  parseMetricLines,
} from "@holdpoint/core";
import { parse } from "@marcbachmann/cel-js";

const COUNT = 100_000;
const ROUNDS = 5;
const TREE = "a".repeat(64);
const NOW_MS = Date.UTC(2026, 2, 1, 12);

const MIX: readonly (readonly [string, string])[] = [
  ["<500ms", "metric=0.41s"],
  [">=95%", "metric=96.5%"],
  ["203/203 passing", "metric=203/203"],
  ["operational", "metric=operational"],
  ["all of: >=80%; <=100%", "metric=91%"],
  ["any of: <5; >9", "metric=12"],
  [">=80% of 66,972", "metric=60000/66972"],
  ["cel: metric.ms < 500.0 && other < 3.0", "metric=400ms\nother=2"],
];

function recordOf(index: number, output: string): EvidenceRecord {
  return {
    digest: `sha256:${index.toString(16).padStart(64, "0")}`,
    statement: {
      _type: "https://in-toto.io/Statement/v1",
      predicateType: "https://holdpoint.dev/evidence/v1",
      subject: [{ name: "tree", digest: { sha256: TREE } }],
      predicate: {
        kind: "check",
        check: { id: "check", digest: "sha256:c" },
        producer: { agent: "bench", tenant: "local", task: null, attempt: null },
        tier: "E2",
        isolation: "full",
        argv: [],
        cwd: null,
        environmentDigest: null,
        exit: { code: 0, signal: null, timedOut: false, started: true },
        startedAt: "2026-03-01T11:58:00.000Z",
        endedAt: "2026-03-01T11:59:00.000Z",
        artifacts: [],
        reader: null,
        metrics: parseMetricLines(output).metrics,
        inventoryDigest: null,
        anomalies: [],
        validUntil: null,
        inputs: null,
        gates: [],
        witness: null,
      },
    },
  };
}

function inputOf(index: number): JudgeInput {
  const [text, output] = MIX[index % MIX.length] ?? ["<1", ""];
  return {
    gate: {
      key: `gate-${index}`,
      text,
      criterion: parseCriterion(text).criterion,
      severity: "critical",
      metric: "metric",
    },
    bound: {
      how: "sidecar",
      problem: null,
      checks: [{ id: "check", digest: "sha256:c" }],
      records: [recordOf(index, output)],
      exitBound: false,
    },
    policy: DEFAULT_POLICY,
    context: { nowMs: NOW_MS, subject: { commit: null, tree: TREE, dirty: false }, inputDigests: new Map() },
  };
}

/** The best of several rounds, in seconds: what the code takes when the machine leaves it alone. */
function best(work: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = performance.now();
    work();
    least = Math.min(least, (performance.now() - start) / 1000);
  }
  return least;
}

const inputs = Array.from({ length: COUNT }, (_, index) => inputOf(index));
const plain = inputs.map((input, index) => ({
  ...input,
  gate: { ...input.gate, ...inputs[index - (index % 8)]?.gate },
}));
const expressions = inputs
  .map((_, index) => inputs[index - (index % 8) + 7] ?? inputs[7])
  .filter((input) => input !== undefined);
let opened = 0;

const judgeSeconds = best(() => {
  opened = 0;
  for (const input of inputs) if (judgeGate(input).verdict === "pass") opened += 1;
});
if (opened !== COUNT) throw new Error(`only ${opened} of ${COUNT} gates opened`);
const absoluteSeconds = best(() => {
  for (const input of plain) judgeGate(input);
});
const expressionSeconds = best(() => {
  for (const input of expressions) judgeGate(input);
});
const bare = parse("metric.ms < 500.0 && other < 3.0");
const celSeconds = best(() => {
  for (let i = 0; i < COUNT; i += 1) if (bare({ metric: { ms: 400 }, other: 2 }) !== true) throw new Error("not true");
});
const parseSeconds = best(() => {
  for (let i = 0; i < COUNT; i += 1) parseCriterion(MIX[i % MIX.length]?.[0] ?? "");
});

const rows: readonly (readonly [string, number])[] = [
  ["judge, mixed kinds", judgeSeconds],
  ["judge, absolute only", absoluteSeconds],
  ["judge, expressions only", expressionSeconds],
  ["CEL alone, already parsed", celSeconds],
  ["typing the texts", parseSeconds],
];
console.log(`${COUNT.toLocaleString("en")} each, best of ${ROUNDS}, one core`);
for (const [name, seconds] of rows) {
  console.log(
    `${name.padEnd(28)} ${seconds.toFixed(3).padStart(8)} s ${(COUNT / seconds / 1e6).toFixed(2).padStart(8)} M/s`,
  );
}
console.log(
  JSON.stringify({
    ratios: {
      judge_seconds_per_100k: Number(judgeSeconds.toFixed(3)),
      expression_to_bare_cel: Number((expressionSeconds / celSeconds).toFixed(2)),
    },
  }),
);
