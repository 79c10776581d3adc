import {
  CLAIMED,
  type Claimed,
  FRESHNESS,
  type Freshness,
  type PlanProblem,
  REASONS,
  type Reason,
  SEVERITIES,
  type Severity,
  TIERS,
  type Tier,
  VERDICTS,
  VERIFIED_STATES,
  type VerdictValue,
  type VerifiedState,
} from "@holdpoint/core";
import { z } from "zod";
import { digestSchema } from "./digest.ts";
import { planProblemSchema } from "./plan-problem.ts";

/** One gate as judged. */
export interface VerificationGate {
  readonly key: string;
  readonly line: number;
  readonly metric: string | null;
  readonly text: string;
  readonly severity: Severity;
  readonly verdict: VerdictValue;
  readonly freshness: Freshness;
  readonly reason: Reason;
  readonly tier: Tier | null;
  readonly evidence: readonly string[];
  readonly item: string | null;
}

/** One item: the claim beside the proof. */
export interface VerificationItem {
  readonly key: string;
  readonly claimed: Claimed;
  readonly verified: VerifiedState;
}

/** What `holdpoint verify --json` and `holdpoint run --json` print, `holdpoint/verification/v1`. */
export interface Verification {
  readonly schema: "holdpoint/verification/v1";
  readonly plan: { readonly title: string; readonly digest: string };
  readonly claimed: number;
  readonly verified: number;
  readonly gates: readonly VerificationGate[];
  readonly items: readonly VerificationItem[];
  readonly problems: readonly PlanProblem[];
}

const share = z.number().min(0).max(1);

const gate = z.looseObject({
  key: z.string().describe("Stable name of the gate."),
  line: z.int().min(1).describe("1-based line in the document."),
  metric: z.string().nullable().describe("Normalised metric name; null when the text names none."),
  text: z.string().describe("The threshold as written."),
  severity: z.enum(SEVERITIES).describe("Only critical gates count for the exit code."),
  verdict: z.enum(VERDICTS).describe("A gate is open only on `pass` with `fresh`."),
  freshness: z.enum(FRESHNESS).describe("Whether the evidence still speaks about the present subject."),
  reason: z.enum(REASONS).describe("One of the closed list of reasons."),
  tier: z.enum(TIERS).nullable().describe("The lowest tier it rests on; null without evidence."),
  evidence: z.array(digestSchema).describe("Digests of the evidence records it rests on, sorted."),
  item: z.string().nullable().describe("Key of the item it stands on; null for the whole plan."),
});

const item = z.looseObject({
  key: z.string().describe("Stable name of the item."),
  claimed: z.enum(CLAIMED).describe("What the document says."),
  verified: z
    .enum(VERIFIED_STATES)
    .describe("What gates say; `open` when no critical gate stands on the item or above it."),
});

/** Shape of {@link Verification}. Further keys may be added; readers should ignore those they do not know. */
export const verificationSchema: z.ZodType<Verification> = z.looseObject({
  schema: z.literal("holdpoint/verification/v1").describe("Names this shape."),
  plan: z
    .looseObject({
      title: z.string().describe("Title of the plan."),
      digest: digestSchema.describe("Digest of the document that was judged."),
    })
    .describe("Which plan."),
  claimed: share.describe("Share of the leaf items that the document calls done."),
  verified: share.describe("Share of the leaf items that gates prove."),
  gates: z.array(gate).describe("Every gate with its verdict, in document order."),
  items: z.array(item).describe("Every item, the claim beside the proof."),
  problems: z.array(planProblemSchema).describe("What the reader noticed in the document."),
});
