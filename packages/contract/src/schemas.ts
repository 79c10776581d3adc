import type { z } from "zod";
import { evidenceRecordSchema } from "./evidence-record.ts";
import { evidenceRecordExample } from "./examples/evidence-record.ts";
import { agentLinesExample } from "./examples/agent-lines.ts";
import { agentManifestExample } from "./examples/agent-manifest.ts";
import { inspectionExample } from "./examples/inspection.ts";
import { problemExample } from "./examples/problem.ts";
import { sidecarExample } from "./examples/sidecar.ts";
import { taskInputExample } from "./examples/task-input.ts";
import { trustFileExample } from "./examples/trust-file.ts";
import { verificationExample } from "./examples/verification.ts";
import { agentLineSchema } from "./agent-lines.ts";
import { agentManifestSchema } from "./agent-manifest.ts";
import { inspectionSchema } from "./inspection.ts";
import { problemSchema } from "./problem-report.ts";
import { sidecarSchema } from "./sidecar-file.ts";
import { taskInputSchema } from "./task-input.ts";
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
    name: "agent-manifest",
    title: "Agent manifest",
    file: "`agents/*.yaml` beside the plan",
    about: "One agent: what it can do, how it is started, and the bounds of its attempts.",
    schema: agentManifestSchema,
    notation: "yaml",
    strict: true,
    example: agentManifestExample,
  },
  {
    name: "task-input",
    title: "Task",
    file: "standard input of an agent",
    about: "One attempt at one task, as the agent is given it. What matters most stands in the environment too.",
    schema: taskInputSchema,
    notation: "json",
    strict: false,
    example: pretty(taskInputExample),
  },
  {
    name: "agent-lines",
    title: "An agent's lines",
    file: "standard output of an agent",
    about: "One JSON object a line. Whatever else an agent prints is its log.",
    schema: agentLineSchema,
    notation: "lines",
    strict: false,
    example: agentLinesExample,
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
  {
    name: "evidence-record",
    title: "Evidence record",
    file: "the evidence store; one canonical JSON text for each record",
    about:
      "One piece of evidence, an in-toto Statement v1. It never changes, and its name is the SHA-256 of its canonical JSON.",
    schema: evidenceRecordSchema,
    notation: "json",
    strict: true,
    example: pretty(evidenceRecordExample),
  },
];

function pretty(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
