import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { type TrustEntry, type TrustFile, trustFileSchema } from "@holdpoint/contract";
import { problem } from "@holdpoint/core";
import { parse, stringify } from "yaml";
import type { PlanPlace } from "../place/plan-place.ts";
import { ensureStateDir } from "../place/plan-place.ts";
import { scriptsOf } from "./scripts-of.ts";
import { trustProblems } from "./trust.problems.ts";
import { isSealed, seal, userKey } from "./user-key.ts";

/** How a command stands with the user: agreed to as it is, agreed to in another form, or never seen. */
export type Consent = "trusted" | "changed" | "unknown";

/** What the user agreed to for one plan. */
export interface Trust {
  consentTo(command: string): Consent;
}

/** Trust that grants nothing; what there is without a trust file. */
export const NO_TRUST: Trust = { consentTo: () => "unknown" };

/** Trust for one call with `--trust`. */
export const ALL_TRUST: Trust = { consentTo: () => "trusted" };

/**
 * Reads the trust file of a plan.
 *
 * @throws HP2101 when it was sealed by another key, HP2102 when it cannot be understood
 */
export function readTrust(place: PlanPlace, env: NodeJS.ProcessEnv): Trust {
  if (!existsSync(place.trustFile)) return NO_TRUST;
  const file = parseTrust(place);
  const { sealed, ...content } = file;
  if (file.plan !== place.planFile || !isSealed(JSON.stringify(content), sealed, userKey(env))) {
    throw problem(trustProblems, "HP2101", { file: place.trustFile, plan: place.planFile }, { file: place.trustFile });
  }
  const byDigest = new Map(file.entries.map((entry) => [entry.digest, entry]));
  return { consentTo: (command) => compare(byDigest.get(digestOf(command)), command, place.dir) };
}

/** Writes consent to exactly these commands, as they and the scripts they name are now. */
export function writeTrust(place: PlanPlace, commands: readonly string[], env: NodeJS.ProcessEnv): void {
  ensureStateDir(place);
  const entries = [...new Set(commands)].map((command) => entryOf(command, place.dir));
  const content = { schema: "holdpoint/trust/v1" as const, plan: place.planFile, entries };
  const file: TrustFile = { ...content, sealed: seal(JSON.stringify(content), userKey(env)) };
  const draft = `${place.trustFile}.new`;
  writeFileSync(draft, `# Written by holdpoint trust; sealed with your key, so edits make it void.\n${stringify(file)}`, {
    mode: 0o600,
  });
  renameSync(draft, place.trustFile);
}

/** Forgets the consent. */
export function revokeTrust(place: PlanPlace): void {
  rmSync(place.trustFile, { force: true });
}

function parseTrust(place: PlanPlace): TrustFile {
  try {
    return trustFileSchema.parse(parse(readFileSync(place.trustFile, "utf8"), { maxAliasCount: 0 }));
  } catch (error) {
    const why = error instanceof Error ? (error.message.split("\n")[0] ?? "unreadable") : "unreadable";
    throw problem(trustProblems, "HP2102", { file: place.trustFile, plan: place.planFile, why }, {
      file: place.trustFile,
      cause: error,
    });
  }
}

function entryOf(command: string, dir: string): TrustEntry {
  return { command, digest: digestOf(command), scripts: [...scriptsOf(command, dir)] };
}

function compare(entry: TrustEntry | undefined, command: string, dir: string): Consent {
  if (entry === undefined) return "unknown";
  const now = JSON.stringify(scriptsOf(command, dir));
  return now === JSON.stringify(entry.scripts.map(({ path, digest }) => ({ path, digest }))) ? "trusted" : "changed";
}

function digestOf(command: string): string {
  return `sha256:${createHash("sha256").update(command).digest("hex")}`;
}
