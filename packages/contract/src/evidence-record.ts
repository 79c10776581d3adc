import {
  EVIDENCE_ANOMALIES,
  EVIDENCE_KINDS,
  type EvidenceMetric,
  type EvidencePredicate,
  type EvidenceStatement,
  type EvidenceSubject,
  TIERS,
} from "@holdpoint/core";
import { z } from "zod";
import { digestSchema } from "./digest.ts";
import { strictShape } from "./strict-shape.ts";

const instant = z.iso.datetime({ message: "must be an ISO 8601 time in UTC, such as 2025-03-01T12:00:00.000Z" });

const subject: z.ZodType<EvidenceSubject> = strictShape({
  name: z.string().min(1).describe("`git`, `tree`, `plan` or `item`."),
  digest: z
    .record(z.string().min(1), z.string().min(1))
    .refine((digests) => Object.keys(digests).length > 0, "needs at least one digest")
    .describe("By algorithm, as in-toto names them: `gitCommit`, `sha256`."),
  annotations: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
    .exactOptional()
    .describe("What else is known of it: `dirty` of a tree, `key` of an item."),
});

const metric: z.ZodType<EvidenceMetric> = strictShape({
  key: z
    .string()
    .regex(/^[\p{L}\p{N}_]{1,200}$/u, "must be a normalised name: letters, digits and _")
    .describe("Normalised name: lower case, words joined by `_`."),
  value: z.union([z.number(), z.string(), z.boolean()]).describe("What was measured; `NaN` and `Infinity` are text."),
  unit: z.string().min(1).nullable().describe("As the unit table spells it; null for a plain number or a state."),
  n: z.number().min(0).nullable().describe("Samples behind the value; null when the source does not say."),
});

const artifact = strictShape({
  place: z.string().min(1).describe("Path below the plan's folder, or `stdout` or `stderr`."),
  digest: digestSchema.describe("Of the whole, even where only the head was kept."),
  size: z.int().min(0).describe("Bytes."),
  truncated: z.boolean().describe("True when only the head was kept."),
});

const predicate: z.ZodType<EvidencePredicate> = strictShape({
  kind: z.enum(EVIDENCE_KINDS).describe("How the evidence came about."),
  check: strictShape({
    id: z.string().min(1).describe("Id of the check."),
    digest: digestSchema.describe("Digest of the check's definition."),
  })
    .nullable()
    .describe("The check that ran; null for evidence of other kinds."),
  producer: strictShape({
    agent: z.string().min(1).describe("Who produced it."),
    tenant: z.string().min(1).describe("For whom."),
    task: z.string().nullable().describe("Task that was worked on; null outside of one."),
    attempt: z.int().min(1).nullable().describe("Attempt of that task, which is its fencing token."),
  }).describe("Who says so."),
  tier: z.enum(TIERS).describe("Provenance, from a claim (E0) to an outside identity (E4)."),
  isolation: z.enum(["full", "none"]).describe("Whether the producer was kept away from the evidence store."),
  argv: z.array(z.string()).describe("The command as it was started."),
  cwd: z.string().nullable().describe("Where, relative to the plan's folder."),
  scripts: z
    .array(
      strictShape({
        path: z.string().min(1).describe("Path below the plan's folder."),
        digest: digestSchema.describe("Of its content when the command began."),
        changed: z.boolean().describe("Whether an attempt's copy differs from the one in the plan's folder."),
      }),
    )
    .exactOptional()
    .describe("Files that the command names; absent when it names none."),
  environmentDigest: digestSchema.nullable().describe("Digest of the environment that the command was given."),
  exit: strictShape({
    code: z.int().nullable().describe("Exit status; null when a signal ended it or it never began."),
    signal: z.string().nullable().describe("Signal that ended it."),
    timedOut: z.boolean().describe("Whether it was ended at its time limit."),
    started: z.boolean().describe("Whether it began at all."),
  })
    .nullable()
    .describe("How the command ended; null when none ran."),
  startedAt: instant.describe("Begin, UTC."),
  endedAt: instant.describe("End, UTC."),
  artifacts: z.array(artifact).describe("The raw bytes that were read, by digest."),
  reader: strictShape({
    name: z.string().min(1).describe("Name of the reader, such as `junit`."),
    version: z.string().min(1).describe("Changes when the reader yields something else from the same bytes."),
  })
    .nullable()
    .describe("What read the report; null when nothing was read."),
  metrics: z.array(metric).describe("What was measured, sorted by key."),
  inventoryDigest: digestSchema
    .nullable()
    .describe("Digest of the names of the test cases; null when there were none."),
  anomalies: z
    .array(z.enum(EVIDENCE_ANOMALIES))
    .describe("What was odd; anything here keeps the evidence from passing a gate."),
  validUntil: instant.nullable().describe("After this the evidence has expired; null when only its inputs count."),
  inputs: strictShape({
    globs: z.array(z.string().min(1)).describe("Patterns of the files that the check depends on."),
    digest: z.string().min(1).describe("Digest over those files."),
  })
    .nullable()
    .describe("The evidence stays fresh while these are unchanged; null for the whole tree."),
  gates: z.array(z.string().min(1)).describe("Gate keys that a witness or a waiver speaks about."),
  witness: strictShape({
    name: z.string().min(1).describe("Who signed."),
    role: z.string().min(1).nullable().describe("In which role."),
    reason: z.string().describe("Why, in their words."),
  })
    .nullable()
    .describe("The human who signed; null for all other evidence."),
});

/** Shape of an evidence record, an in-toto Statement v1. Unknown keys are refused: they would change its address. */
export const evidenceRecordSchema: z.ZodType<EvidenceStatement> = strictShape({
  _type: z.literal("https://in-toto.io/Statement/v1").describe("Names the envelope's shape."),
  subject: z.array(subject).describe("What the evidence is about."),
  predicateType: z.literal("https://holdpoint.dev/evidence/v1").describe("Names the predicate's shape."),
  predicate: predicate.describe("What was seen, by whom, and how."),
});
