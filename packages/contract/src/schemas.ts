import type { z } from "zod";
import { inspectionExample } from "./examples/inspection.ts";
import { problemExample } from "./examples/problem.ts";
import { sidecarExample } from "./examples/sidecar.ts";
import { trustFileExample } from "./examples/trust-file.ts";
import { verificationExample } from "./examples/verification.ts";
import { inspectionSchema } from "./inspection.ts";
import { problemSchema } from "./problem-report.ts";
import { sidecarSchema } from "./sidecar-file.ts";
import { trustFileSchema } from "./trust-file.ts";
import { verificationSchema } from "./verification.ts";

/** One shape that crosses an edge: its JSON Schema and its reference page are generated from this. */
export interface SchemaEntry {
  /** Name of the schema's file and of the page, without ending. */
  readonly name: string;
  readonly title: string;
  /** Where it is found, for people. */
  readonly file: string;
  /** One or two sentences for the page. */
  readonly about: string;
  readonly schema: z.ZodType;
  /** How the example is written; `lines` is one JSON object a line, each of this shape. */
  readonly notation: "yaml" | "json" | "lines";
  /** Whether keys that are not known are refused. */
  readonly strict: boolean;
  /** A whole, valid example. */
  readonly example: string;
}

/** Every shape, in the order of the reference. */
export const SCHEMAS: readonly SchemaEntry[] = [
  {
    name: "sidecar",
    title: "Sidecar",
    file: "`PLAN.holdpoint.yaml` beside the plan",
    about:
      "Says which checks there are and which check and metric speak for which gate. People write it, and so does `holdpoint bind`.",
    schema: sidecarSchema,
    notation: "yaml",
    strict: true,
    example: sidecarExample,
  },
  {
    name: "trust-file",
    title: "Trust file",
    file: "`.holdpoint/trust.yaml`",
    about:
      "The consent of one user to run exactly these commands. `holdpoint trust` writes it and seals it with the user's own key.",
    schema: trustFileSchema,
    notation: "yaml",
    strict: true,
    example: trustFileExample,
  },
  {
    name: "inspection",
    title: "Inspection",
    file: "standard output of `holdpoint inspect PLAN --json`",
    about: "A plan document as it was understood: items, gates, checks, and what the reader was not sure of.",
    schema: inspectionSchema,
    notation: "json",
    strict: false,
    example: pretty(inspectionExample),
  },
  {
    name: "verification",
    title: "Verification",
    file: "standard output of `holdpoint verify|run PLAN --json`",
    about: "What is claimed beside what is verified: the verdict of every gate, and what it means for every item.",
    schema: verificationSchema,
    notation: "json",
    strict: false,
    example: pretty(verificationExample),
  },
  {
    name: "problem",
    title: "Problem",
    file: "standard output of any command with `--json` that a problem ended",
    about: "A failure that the user can act on, from the catalogue of problems.",
    schema: problemSchema,
    notation: "json",
    strict: false,
    example: pretty(problemExample),
  },
];

function pretty(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
