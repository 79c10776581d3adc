import { z } from "zod";

/** One JSON line that an agent prints. Whatever else it prints is its log. */
export type AgentLine =
  | { readonly type: "progress"; readonly value?: number; readonly message?: string }
  | { readonly type: "log"; readonly level?: "debug" | "info" | "warn" | "error"; readonly message: string }
  | AgentMetricLine
  | AgentArtifactLine
  | AgentEvidenceLine
  | { readonly type: "result"; readonly outcome: "done" | "failed"; readonly summary?: string };

/** A number about the work itself: tokens, files, seconds. No gate rests on it. */
export interface AgentMetricLine {
  readonly type: "metric";
  readonly key: string;
  readonly value: number;
  readonly unit?: string | null;
}

/** A file that the agent hands over; it is read after the attempt. Tier E1. */
export interface AgentArtifactLine {
  readonly type: "artifact";
  /** Below the plan's folder in the workspace. */
  readonly path: string;
  /** How it is called in the evidence. @default path */
  readonly name?: string;
  /** Reader for its format; recognised from the content when absent. */
  readonly reader?: string;
  /** Key of the gate it is meant for. */
  readonly gate?: string;
}

/** The agent's own word on a metric. Tier E0. */
export interface AgentEvidenceLine {
  readonly type: "evidence";
  readonly metric: string;
  readonly value: number | string | boolean;
  readonly unit?: string | null;
  /** Key of the gate it is meant for. */
  readonly gate?: string;
}

const name = z.string().min(1).max(200);
const message = z.string().max(10_000);
const unit = z
  .string()
  .max(40)
  .nullable()
  .exactOptional()
  .describe("Unit of the value, as in criteria; null for none.");
const gate = name.exactOptional().describe("Key of the gate it is meant for.");

/** Shape of {@link AgentLine}. Later versions may add keys. */
export const agentLineSchema: z.ZodType<AgentLine> = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("progress").describe("How far the work is."),
    value: z.number().min(0).max(1).exactOptional().describe("0 to 1."),
    message: message.exactOptional().describe("What is being done."),
  }),
  z.object({
    type: z.literal("log").describe("Something that a reader of the log may want to know."),
    level: z.enum(["debug", "info", "warn", "error"]).exactOptional().describe("Default: `info`."),
    message: message.describe("One line of text."),
  }),
  z.object({
    type: z.literal("metric").describe("A number about the work itself. No gate rests on it."),
    key: name.describe("Name of the number."),
    value: z.number().describe("The number."),
    unit,
  }),
  z.object({
    type: z.literal("artifact").describe("A file that the agent hands over, read after the attempt. Tier E1."),
    path: z.string().min(1).max(1000).describe("Below the plan's folder in the workspace."),
    name: name.exactOptional().describe("How it is called in the evidence. Default: the path."),
    reader: name.exactOptional().describe("Reader for its format. Default: recognised from the content."),
    gate,
  }),
  z.object({
    type: z.literal("evidence").describe("The agent's own word on a metric. Tier E0."),
    metric: name.describe("Name of the metric."),
    value: z.union([z.number(), z.string().max(200), z.boolean()]).describe("A number or a state."),
    unit,
    gate,
  }),
  z.object({
    type: z.literal("result").describe("The agent's own account of the attempt; gates decide."),
    outcome: z.enum(["done", "failed"]).describe("Whether it believes that the task is done."),
    summary: message.exactOptional().describe("What was done, or why not."),
  }),
]);

/** Reads one line that an agent printed; null when it is none of ours and belongs to the log. */
export function readAgentLine(line: string): AgentLine | null {
  if (!line.startsWith("{")) return null;
  try {
    const parsed = agentLineSchema.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
