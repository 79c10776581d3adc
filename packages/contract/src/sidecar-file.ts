import { SEVERITIES, type Severity, TIERS, type Tier } from "@holdpoint/core";
import { z } from "zod";
import { durationSchema } from "./duration-shape.ts";
import { strictShape } from "./strict-shape.ts";

/** One check as the sidecar file has it: how a piece of evidence is produced. */
export interface SidecarCheckText {
  readonly id: string;
  readonly run: string;
  readonly cwd?: string;
  readonly timeout?: string;
  readonly files?: readonly string[];
  readonly reader?: string;
  readonly inputs?: readonly string[];
  readonly env?: readonly string[];
}

/** What happens to a gate that stays inconclusive. */
export interface OnInconclusiveText {
  readonly hold: string;
  readonly then: "ask" | "fail";
}

/** One gate's binding as the sidecar file has it: what speaks for the gate, and how strictly. */
export interface SidecarGateText {
  readonly check?: string;
  readonly metric?: string;
  readonly exit?: number;
  readonly criterion?: string | number | boolean;
  readonly severity?: Severity;
  readonly minTier?: Tier;
  readonly isolation?: "any" | "required";
  readonly maxAge?: string;
  readonly owner?: string;
  readonly onInconclusive?: OnInconclusiveText;
}

/** `PLAN.holdpoint.yaml` as written: durations are text, gates are keyed by gate key or metric name. */
export interface SidecarText {
  readonly holdpoint: "sidecar/v1";
  readonly minTier?: Tier;
  readonly isolation?: "any" | "required";
  readonly checks?: readonly SidecarCheckText[] | null;
  readonly gates?: Readonly<Record<string, SidecarGateText>> | null;
}

const someText = z.string().regex(/\S/, "must not be empty").max(4096, "must have at most 4096 characters");

/** A path or glob below the plan's folder. Whether a link leads out of it is seen when it is opened. */
const pathBelow = someText.refine((path) => !/^[/\\~]|^[A-Za-z]:|(^|[/\\])\.\.([/\\]|$)|\0/.test(path), {
  error: "must stay below the plan's folder: no leading /, no ~ and no ..",
});

const check = strictShape({
  id: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/, "must be letters, digits, dashes and underscores, 100 at most")
    .describe("Name of the check; gates refer to it. Unique in the file."),
  run: someText.describe("Command line, run by `/bin/sh -c` in the plan's folder, only after consent."),
  cwd: pathBelow
    .exactOptional()
    .describe("Folder to run in, relative to the plan's folder. Default: the plan's folder."),
  timeout: durationSchema
    .exactOptional()
    .describe("After this the command and all it started are ended. Default: `10min`."),
  files: z
    .array(pathBelow)
    .max(100)
    .exactOptional()
    .describe(
      "Reports that the command writes. Only a file that this run wrote is read. Default: standard output alone.",
    ),
  reader: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,39}$/, "must be the name of a reader, such as junit or lcov")
    .exactOptional()
    .describe("How to read the reports. Default: recognised from their content."),
  inputs: z
    .array(pathBelow)
    .max(100)
    .exactOptional()
    .describe(
      "Globs of the files the result depends on. Evidence stays fresh while they are unchanged. Default: the whole tree.",
    ),
  env: z
    .array(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "must be the name of an environment variable"))
    .max(100)
    .exactOptional()
    .describe("Names of environment variables that the command may see besides the standard ones."),
});

const tier = z.enum(TIERS);
const isolation = z.enum(["any", "required"]);

const gate = strictShape({
  check: someText.exactOptional().describe("Id of the check in this file that speaks for the gate."),
  metric: someText
    .exactOptional()
    .describe("Name of the metric that the check yields. Default: the gate's own metric."),
  exit: z
    .int()
    .min(0)
    .max(255)
    .exactOptional()
    .describe(
      "Lets the check's exit status be the evidence: the gate passes when it is 0, and no other number can be asked for.",
    ),
  criterion: z
    .union([someText, z.number(), z.boolean()], { error: "must be a text, a number, true or false" })
    .exactOptional()
    .describe("The threshold, where the plan's own text could not be read. It is shown beside the plan's text."),
  severity: z.enum(SEVERITIES).exactOptional().describe("Overrides how much the gate matters."),
  minTier: tier.exactOptional().describe("Least provenance of the evidence. Default: that of the file, else `E2`."),
  isolation: isolation
    .exactOptional()
    .describe("With `required`, evidence counts only when its check could not reach the evidence store."),
  maxAge: durationSchema.exactOptional().describe("Greatest age of the evidence. Default: no limit by the clock."),
  owner: someText.exactOptional().describe("Who is asked when the gate stays inconclusive."),
  onInconclusive: strictShape({
    hold: durationSchema.describe("How long the gate may stay inconclusive."),
    // oxlint-disable-next-line unicorn/no-thenable -- the word of the file format; nothing awaits a shape
    then: z.enum(["ask", "fail"]).describe("What happens after that: the owner is asked, or the gate fails."),
  })
    .exactOptional()
    .describe("Deadline for a gate that is neither pass nor fail."),
});

/** Shape of {@link SidecarText}. Unknown keys are refused. */
export const sidecarSchema: z.ZodType<SidecarText> = strictShape({
  holdpoint: z.literal("sidecar/v1", { error: "must be sidecar/v1" }).describe("Names this shape."),
  minTier: tier.exactOptional().describe("Least provenance for every gate that says nothing else. Default: `E2`."),
  isolation: isolation
    .exactOptional()
    .describe("`required` asks for isolated checks at every gate that says nothing else. Default: `any`."),
  checks: z
    .array(check)
    .max(1000)
    .nullable()
    .exactOptional()
    .describe("Commands that produce evidence, besides those the plan names."),
  gates: z
    .record(z.string(), gate)
    .nullable()
    .exactOptional()
    .describe("What speaks for which gate, keyed by the gate's key or by its metric's name."),
});
