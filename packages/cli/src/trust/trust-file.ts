import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import { type TrustEntry, type TrustFile, trustFileSchema } from "@holdpoint/contract";
import { HoldpointError, problem } from "@holdpoint/core";
import { parse, stringify } from "yaml";
import { ensureStateDir, type PlanPlace } from "../place/plan-place.ts";
import { readBounded } from "../place/read-bounded.ts";
import { trustArguments } from "../place/trust-arguments.ts";
import { removeFile, writeWhole } from "../place/write-whole.ts";
import { agentNamedIn } from "./consent-text.ts";
import { isPinned, scriptsOf } from "./scripts-of.ts";
import { trustProblems } from "./trust.problems.ts";
import { existingUserKey, isSealed, seal, userKey } from "./user-key.ts";

/** How a command stands with the user: agreed to as it is, agreed to in another form, or never seen. */
export type Consent = "trusted" | "changed" | "unknown";

/** What the user agreed to for one plan. */
export interface Trust {
  consentTo(command: string): Consent;
}

/** What one trust file grants. */
export interface FileTrust extends Trust {
  /** The plan, or folder of manifests, that it was given for; absolute. Null when there is no file that counts. */
  readonly plan: string | null;
}

/** Trust that grants nothing; what there is without a trust file. */
export const NO_TRUST: FileTrust = { plan: null, consentTo: () => "unknown" };

/** Trust for one call with `--trust`. */
export const ALL_TRUST: Trust = { consentTo: () => "trusted" };

/** Most bytes of a trust file that are read. */
const MAX_TRUST_BYTES = 4 * 1024 * 1024;

/**
 * Reads the trust file of a plan.
 *
 * @throws HP2101 when it was sealed by another key or for another plan, HP2102 when it cannot be understood, HP2103 when
 *   the user's key cannot be read
 */
export function readTrust(place: PlanPlace, env: NodeJS.ProcessEnv): Trust {
  return readTrustFor(place, env, (plan) => plan === place.planFile);
}

/**
 * Reads the trust of a folder of agent manifests: what was agreed to for it, and what was agreed to for a plan of the folder
 * that its commands run in.
 *
 * @throws as {@link readTrust}, for the trust file of the manifests
 */
export function readFleetTrust(place: PlanPlace, env: NodeJS.ProcessEnv): Trust {
  const own = readTrust(place, env);
  const ofPlan = readPlanTrust(place, env);
  return {
    consentTo(command) {
      const said = own.consentTo(command);
      if (said === "trusted") return said;
      const byPlan = ofPlan.consentTo(command);
      return byPlan === "unknown" ? said : byPlan;
    },
  };
}

/** Changes whenever one of the files that {@link readFleetTrust} reads does. */
export function fleetTrustStamp(place: PlanPlace): string {
  return [place.trustFile, planTrustFile(place)].map((file) => stampOf(file)).join("\n");
}

function stampOf(file: string): string {
  try {
    const { ino, size, mtimeNs, ctimeNs } = statSync(file, { bigint: true });
    return `${ino} ${size} ${mtimeNs} ${ctimeNs}`;
  } catch {
    // Why it cannot be seen is told where it is read.
    return "none";
  }
}

function planTrustFile({ stateDir }: PlanPlace): string {
  return join(stateDir, "trust.yaml");
}

/**
 * What was agreed to for a plan of the folder that the commands of a folder of manifests run in. A file that does not count is
 * told where its plan is used; it says nothing here.
 */
export function readPlanTrust(place: PlanPlace, env: NodeJS.ProcessEnv): FileTrust {
  try {
    return readTrustFor({ ...place, trustFile: planTrustFile(place) }, env, (plan) => dirname(plan) === place.dir);
  } catch (error) {
    if (error instanceof HoldpointError) return NO_TRUST;
    throw error;
  }
}

function readTrustFor(place: PlanPlace, env: NodeJS.ProcessEnv, isFor: (plan: string) => boolean): FileTrust {
  const reading = readBounded(place.trustFile, MAX_TRUST_BYTES);
  if (!reading.ok && reading.why === "missing") return NO_TRUST;
  if (!reading.ok) throw notReadable(place, `it cannot be read (${reading.why})`, reading.cause);
  const file = parseTrust(place, new TextDecoder().decode(reading.bytes));
  const { sealed, ...content } = file;
  const key = existingUserKey(env);
  if (key === null || !isFor(file.plan) || !isSealed(JSON.stringify(content), sealed, key)) {
    const params = { file: place.trustFile, plan: place.planFile, arguments: trustArguments(place) };
    throw problem(trustProblems, "HP2101", params, { file: place.trustFile });
  }
  const byDigest = new Map(file.entries.map((entry) => [entry.digest, entry]));
  const agents = new Set(file.entries.flatMap(({ command }) => agentNamedIn(command) ?? []));
  return {
    plan: file.plan,
    consentTo(command) {
      const entry = byDigest.get(digestOf(command));
      // The manifest is part of the command that is agreed to, so a changed one makes another command.
      if (entry === undefined && agents.has(agentNamedIn(command) ?? "")) return "changed";
      return compare(entry, command, place.dir);
    },
  };
}

/**
 * Writes consent to exactly these commands, as they and the scripts they name are now.
 *
 * @throws HP2103 when the user's key cannot be had, HP8005 when the file cannot be written
 */
export function writeTrust(place: PlanPlace, commands: readonly string[], env: NodeJS.ProcessEnv): void {
  const key = userKey(env);
  ensureStateDir(place);
  const entries = [...new Set(commands)].map((command) => entryOf(command, place.dir));
  const content = { schema: "holdpoint/trust/v1" as const, plan: place.planFile, entries };
  const file: TrustFile = { ...content, sealed: seal(JSON.stringify(content), key) };
  writeWhole(
    place.trustFile,
    `# Written by holdpoint trust; sealed with your key, so edits make it void.\n${stringify(file)}`,
    0o600,
  );
}

/** Forgets the consent. Returns whether there was any. @throws HP8005 when the file cannot be removed */
export function revokeTrust(place: PlanPlace): boolean {
  return removeFile(place.trustFile);
}

function parseTrust(place: PlanPlace, text: string): TrustFile {
  let value: unknown;
  try {
    value = parse(text, { maxAliasCount: 0 });
  } catch (error) {
    const why = error instanceof Error ? (error.message.split("\n")[0] ?? "").replace(/:$/, "") : "it is no YAML";
    throw notReadable(place, why, error);
  }
  const checked = trustFileSchema.safeParse(value);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  const field = issue?.path.join(".") ?? "";
  throw notReadable(
    place,
    `${field === "" ? "" : `${field}: `}${issue?.message ?? "it has another shape"}`,
    checked.error,
  );
}

function notReadable(place: PlanPlace, why: string, cause: unknown): Error {
  const file = place.trustFile;
  return problem(trustProblems, "HP2102", { file, why, arguments: trustArguments(place) }, { file, cause });
}

function entryOf(command: string, dir: string): TrustEntry {
  return { command, digest: digestOf(command), scripts: [...scriptsOf(command, dir)] };
}

function compare(entry: TrustEntry | undefined, command: string, dir: string): Consent {
  if (entry === undefined || !isPinned(command)) return "unknown";
  const now = JSON.stringify(scriptsOf(command, dir));
  return now === JSON.stringify(entry.scripts.map(({ path, digest }) => ({ path, digest }))) ? "trusted" : "changed";
}

function digestOf(command: string): string {
  return `sha256:${createHash("sha256").update(command).digest("hex")}`;
}
