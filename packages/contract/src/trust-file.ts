import { z } from "zod";
import { digestSchema } from "./digest.ts";
import { strictShape } from "./strict-shape.ts";

/** A script below the plan's folder that a command names, as it was when the user agreed. */
export interface TrustScript {
  readonly path: string;
  readonly digest: string;
}

/** One command of the plan that the user agreed to. */
export interface TrustEntry {
  readonly command: string;
  readonly digest: string;
  readonly scripts: readonly TrustScript[];
}

/** One agent whose command the user agreed to. */
export interface TrustAgent {
  readonly name: string;
  readonly command: string;
  readonly digest: string;
}

/** `.holdpoint/trust.yaml`: the consent of one user to exactly these commands. */
export interface TrustFile {
  readonly schema: "holdpoint/trust/v1";
  readonly plan: string;
  readonly entries: readonly TrustEntry[];
  readonly agents?: readonly TrustAgent[];
  readonly sealed: string;
}

const script = strictShape({
  path: z.string().min(1).describe("Path relative to the plan's folder."),
  digest: digestSchema.describe("Digest of its content at the time of consent."),
});

const entry = strictShape({
  command: z.string().min(1).describe("The command line as the plan or sidecar has it."),
  digest: digestSchema.describe("Digest of the command line."),
  scripts: z
    .array(script)
    .describe("The files below the plan's folder that it names; a changed one needs new consent."),
});

const agent = strictShape({
  name: z.string().min(1).describe("Name in the agent's manifest."),
  command: z.string().min(1).describe("The command line that starts it."),
  digest: digestSchema.describe("Digest of the manifest and of the scripts that its command names."),
});

/** Shape of {@link TrustFile}. Its keys are in the order in which the seal is computed; see `docs/guide/trust.md`. */
export const trustFileSchema: z.ZodType<TrustFile> = strictShape({
  schema: z.literal("holdpoint/trust/v1").describe("Names this shape."),
  plan: z.string().min(1).describe("Absolute path of the plan that the consent is for."),
  entries: z.array(entry).describe("The commands that may run."),
  agents: z.array(agent).exactOptional().describe("The agents that may be started."),
  sealed: z
    .string()
    .regex(/^[0-9a-f]{64}$/, "must be 64 hex digits")
    .describe(
      "HMAC-SHA-256 with the user's own key over everything else; a file without the right seal grants nothing.",
    ),
});
