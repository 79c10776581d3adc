import { convertUnit } from "@holdpoint/core";
import { z } from "zod";
import { durationSchema } from "./duration-shape.ts";
import { strictShape } from "./strict-shape.ts";

/** Bounds of one attempt, as written. */
export interface AgentLimitsText {
  readonly timeout?: string;
  readonly memory?: string;
  readonly cpu?: string;
  readonly processes?: number;
  readonly cpus?: number;
  readonly output?: string;
}

/** An agent's manifest as written: one file of `agents/`. */
export interface AgentManifestText {
  readonly name: string;
  readonly version?: string;
  readonly description?: string;
  readonly capabilities: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly command?: string;
  readonly argv?: readonly [string, ...string[]];
  readonly workspace?: "worktree" | "shared";
  readonly link?: readonly string[];
  readonly writes?: readonly string[];
  readonly env?: readonly string[];
  readonly limits?: AgentLimitsText;
  readonly concurrency?: number;
  readonly backoff?: { readonly first?: string; readonly longest?: string };
  readonly health?: string;
}

const SIZE = /^(\d{1,12}(?:\.\d{1,3})?)(B|KiB|MiB|GiB|KB|MB|GB)$/;

/** A size as people write it: a number and one of `B KiB MiB GiB KB MB GB`. */
const sizeSchema: z.ZodType<string> = z
  .string()
  .regex(SIZE, { error: "must be a size such as 512MiB or 2GB", abort: true })
  .refine((text) => parseSizeBytes(text) !== null, { error: "must be larger than nothing" });

/** Reads a size; null when the text is none or is zero. */
export function parseSizeBytes(text: string): number | null {
  const match = SIZE.exec(text);
  const exact = match === null ? null : convertUnit(Number(match[1]), match[2] ?? null, "B");
  if (exact === null) return null;
  const bytes = Math.round(exact);
  return bytes >= 1 && Number.isSafeInteger(bytes) ? bytes : null;
}

const someText = z.string().min(1).max(10_000);

const word = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/, "must be letters, digits, dots, dashes and underscores, 64 at most");

const folderBelow = z
  .string()
  .min(1)
  .max(1000)
  .refine((path) => !path.startsWith("/") && !path.split("/").includes(".."), {
    error: "must be a path below the folder, with no leading / and no ..",
  });

const limits = strictShape({
  timeout: durationSchema.exactOptional().describe("Wall clock. Default: `10min`."),
  memory: sizeSchema.exactOptional().describe("Memory of all its processes together. Default: no limit."),
  cpu: durationSchema.exactOptional().describe("Processor time of all its processes together. Default: no limit."),
  processes: z.int().min(1).max(100_000).exactOptional().describe("Processes at one time. Default: no limit."),
  cpus: z
    .number()
    .min(0.01)
    .max(10_000)
    .exactOptional()
    .describe("Processors that it may keep busy; bound only by control groups. Default: no limit."),
  output: sizeSchema.exactOptional().describe("Standard output and error together. Default: `256MiB`."),
});

/** Shape of {@link AgentManifestText}. Unknown keys are refused. */
export const agentManifestSchema: z.ZodType<AgentManifestText> = strictShape({
  name: word.describe("Name of the agent; leases and evidence carry it. Unique among the manifests."),
  version: z.string().min(1).max(100).exactOptional().describe("Shown with its attempts. Default: none."),
  description: z.string().max(1000).exactOptional().describe("For people."),
  capabilities: z
    .array(word)
    .min(1)
    .max(100)
    .describe(
      "What it can do. A task is offered to it when one of them, or its name, is a word of the task; `any` fits all.",
    ),
  labels: z
    .record(word, z.string().max(200))
    .exactOptional()
    .describe("Names and values. Each is a capability `name:value`, too, by which tasks can ask for it."),
  command: someText.exactOptional().describe("Command line, run by `/bin/sh -c` in the plan's folder. This or `argv`."),
  argv: z
    .tuple([z.string().min(1)], z.string())
    .exactOptional()
    .describe("Program and arguments, run as they are. This or `command`."),
  workspace: z
    .enum(["worktree", "shared"])
    .exactOptional()
    .describe(
      "`worktree`: a working tree of its own for each attempt, merged when the task is accepted. Default: `worktree`.",
    ),
  link: z
    .array(folderBelow)
    .max(50)
    .exactOptional()
    .describe("Folders that git ignores and the worktree needs, such as `node_modules`; linked, not copied."),
  writes: z
    .array(z.string().regex(/^(?:\/|~\/)/, "must begin with / or ~/"))
    .max(50)
    .exactOptional()
    .describe("Further folders that it may write when it runs isolated, such as `~/.config/tool`."),
  env: z
    .array(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "must be the name of an environment variable"))
    .max(100)
    .exactOptional()
    .describe("Names of environment variables that it may see besides the standard ones."),
  limits: limits.exactOptional().describe("Bounds of one attempt; what exceeds one is ended."),
  concurrency: z.int().min(1).max(1000).exactOptional().describe("Attempts at one time. Default: `1`."),
  backoff: strictShape({
    first: durationSchema.exactOptional().describe("Default: `1s`."),
    longest: durationSchema.exactOptional().describe("Default: `1min`."),
  })
    .exactOptional()
    .describe("How long it rests after it could not be started or was not healthy, doubling each time."),
  health: someText
    .exactOptional()
    .describe(
      "Command line that exits 0 when the agent can work; asked before its first task and after a failed start.",
    ),
}).refine((manifest) => (manifest.command === undefined) !== (manifest.argv === undefined), {
  path: ["command"],
  error: "must be given, or else argv, and not both",
});
