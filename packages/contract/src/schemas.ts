import type { z } from "zod";
import { agentLineSchema } from "./agent-lines.ts";
import { agentManifestSchema } from "./agent-manifest.ts";
import { eventLineSchema } from "./event-line.ts";
import { evidenceRecordSchema } from "./evidence-record.ts";
import { agentLinesExample } from "./examples/agent-lines.ts";
import { agentManifestExample } from "./examples/agent-manifest.ts";
import { eventLineExample } from "./examples/event-line.ts";
import { evidenceRecordExample } from "./examples/evidence-record.ts";
import { inspectionExample } from "./examples/inspection.ts";
import { problemExample } from "./examples/problem.ts";
import { sidecarExample } from "./examples/sidecar.ts";
import { taskInputExample } from "./examples/task-input.ts";
import { trustFileExample } from "./examples/trust-file.ts";
import { verificationExample } from "./examples/verification.ts";
import { inspectionSchema } from "./inspection-shape.ts";
import { problemSchema } from "./problem-report.ts";
import { sidecarSchema } from "./sidecar-file.ts";
import { TASK_ENVIRONMENT, taskInputSchema } from "./task-input.ts";
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
  /** Markdown that stands behind the fields; for what a schema cannot say. */
  readonly notes?: string;
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
    file: "`agents/NAME.yaml` beside the plan",
    about: "Describes one agent: what it can do, how it is started, what it may use.",
    schema: agentManifestSchema,
    notation: "yaml",
    strict: true,
    example: agentManifestExample,
  },
  {
    name: "task-input",
    title: "Task input",
    file: "standard input of an agent's command",
    about:
      "One attempt at one task: what is to be done, which gates have to pass, and why the attempt before was refused.",
    notes: taskEnvironmentNotes(),
    schema: taskInputSchema,
    notation: "json",
    strict: false,
    example: pretty(taskInputExample),
  },
  {
    name: "agent-lines",
    title: "Agent lines",
    file: "standard output of an agent's command, one JSON object a line",
    about:
      "What an agent says while it works: progress, log, numbers, files, its own account. Whatever else it prints is its log.",
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
    name: "event-line",
    title: "Event lines",
    file: "standard output of `holdpoint verify|run PLAN --events`, one JSON object a line",
    about:
      "What happens while a plan is verified or run. The last line is none of these: it is the [verification](verification.md), or a [problem](problem.md) that ended the command, and is known by its `schema`.",
    schema: eventLineSchema,
    notation: "lines",
    strict: false,
    example: eventLineExample,
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

function taskEnvironmentNotes(): string {
  const meanings: Readonly<Record<keyof typeof TASK_ENVIRONMENT, string>> = {
    task: "id of the task as written in the plan, or its key",
    attempt: "number of the attempt, from 1",
    plan: "the document in the workspace, absolute",
    title: "title of the task",
    agent: "name of the agent",
    workspace: "the plan's folder in the workspace, absolute; also the working directory",
    inbox: "folder that `holdpoint evidence add` writes to",
  };
  const lines = Object.entries(TASK_ENVIRONMENT).map(([key, name]) => `- \`${name}\`: ${meaningOf(meanings, key)}`);
  return `## Environment\n\nThe attempt's environment holds the same in short:\n\n${lines.join("\n")}\n`;
}

function meaningOf(meanings: Readonly<Record<string, string>>, key: string): string {
  return meanings[key] ?? "";
}
