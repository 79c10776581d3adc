import type { EvidenceStatement } from "@holdpoint/core";

/** An example of an evidence record, shown in its reference page: the coverage that a check measured. */
export const evidenceRecordExample: EvidenceStatement = {
  _type: "https://in-toto.io/Statement/v1",
  subject: [
    { name: "git", digest: { gitCommit: "3f786850e387550fdab836ed7e6dc881de23001b" } },
    {
      name: "tree",
      digest: { sha256: "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae" },
      annotations: { dirty: false },
    },
  ],
  predicateType: "https://holdpoint.dev/evidence/v1",
  predicate: {
    kind: "check",
    check: { id: "coverage", digest: "sha256:fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9" },
    producer: { agent: "verify", tenant: "default", task: null, attempt: null },
    tier: "E2",
    isolation: "full",
    argv: ["/bin/sh", "-c", "npm run coverage"],
    cwd: ".",
    environmentDigest: null,
    exit: { code: 0, signal: null, timedOut: false, started: true },
    startedAt: "2025-03-01T12:00:00.000Z",
    endedAt: "2025-03-01T12:00:07.250Z",
    artifacts: [
      {
        place: "coverage/lcov.info",
        digest: "sha256:486ea46224d1bb4fb680f34f7c9ad96a8f24ec88be73ea8e5a6c65260e9cb8a7",
        size: 48213,
        truncated: false,
      },
    ],
    reader: { name: "lcov", version: "1" },
    metrics: [
      { key: "line_coverage", value: 92.5, unit: "%", n: 1200 },
      { key: "lines_covered", value: 1110, unit: null, n: 1200 },
      { key: "lines_total", value: 1200, unit: null, n: 1200 },
    ],
    inventoryDigest: null,
    anomalies: [],
    validUntil: null,
    inputs: null,
    gates: [],
    witness: null,
  },
};
