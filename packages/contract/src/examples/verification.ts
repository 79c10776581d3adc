import type { Verification } from "../verification.ts";

/** An example of what `verify --json` and `run --json` print, shown in its reference page. */
export const verificationExample: Verification = {
  schema: "holdpoint/verification/v1",
  plan: {
    title: "Search service",
    digest: "sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
  },
  claimed: 0.5,
  verified: 0.5,
  gates: [
    {
      key: "g-5c7d20e1a94b",
      line: 8,
      metric: "line_coverage",
      text: ">= 90 %",
      severity: "critical",
      verdict: "pass",
      freshness: "fresh",
      reason: "met",
      tier: "E2",
      evidence: ["sha256:486ea46224d1bb4fb680f34f7c9ad96a8f24ec88be73ea8e5a6c65260e9cb8a7"],
      item: "91b0d2ee5a37",
    },
    {
      key: "g-0be3f5a91c28",
      line: 18,
      metric: "uptime",
      text: "99.9 %",
      severity: "critical",
      verdict: "inconclusive",
      freshness: "fresh",
      reason: "unbound",
      tier: null,
      evidence: [],
      item: null,
    },
  ],
  items: [
    { key: "IDX-1", claimed: "done", verified: "open" },
    { key: "91b0d2ee5a37", claimed: "pending", verified: "verified" },
  ],
  problems: [],
};
