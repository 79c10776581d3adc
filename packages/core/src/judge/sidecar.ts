import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { canonicalJson } from "../evidence/canonical-json.ts";
import type { PlanCheck, PlanDocument, Severity } from "../plan/inspection.ts";
import type { OnInconclusive } from "./judge-input.ts";
import type { Tier } from "./verdict.ts";

/** One check as the sidecar names it. */
export interface SidecarCheck {
  /** Letters, digits, `-` and `_`; unique in the sidecar. */
  readonly id: string;
  /** Command for `/bin/sh -c`. */
  readonly run: string;
  /** Folder below the plan's folder; null for the plan's folder itself. */
  readonly cwd: string | null;
  readonly timeoutMs: number | null;
  /** Reports that the run writes, as paths below the plan's folder. */
  readonly files: readonly string[];
  /** Name of the reader for output and files; null to recognise it. */
  readonly reader: string | null;
  /** Globs of the files the check depends on; empty when it depends on the whole tree. */
  readonly inputs: readonly string[];
  /** Names of environment variables that are let through. */
  readonly env: readonly string[];
}

/** What the sidecar says of one gate; null where it leaves the plan's word. */
export interface SidecarGate {
  /** Id of the check that speaks for it. */
  readonly check: string | null;
  /** Name of the metric, in any spelling. */
  readonly metric: string | null;
  /** A threshold in the words of the criteria guide. */
  readonly criterion: string | null;
  readonly minTier: Tier | null;
  readonly severity: Severity | null;
  /** The exit status that satisfies it; null when exit statuses satisfy nothing. */
  readonly exit: number | null;
  readonly maxAgeMs: number | null;
  readonly isolation: "any" | "required" | null;
  readonly owner: string | null;
  readonly onInconclusive: OnInconclusive | null;
}

/** `PLAN.holdpoint.yaml` as read. */
export interface BindingSidecar {
  readonly checks: readonly SidecarCheck[];
  /** By gate key, or by the name of a metric for every gate on it. */
  readonly gates: ReadonlyMap<string, SidecarGate>;
  /** For every gate that says nothing of its own. */
  readonly minTier: Tier | null;
  readonly isolation: "any" | "required" | null;
}

/** A check as it is to be run, from the sidecar or from the plan itself. */
export interface CheckDefinition extends SidecarCheck {
  /** Digest of everything above; evidence names it, and another one makes old evidence `checks_changed`. */
  readonly digest: string;
  /** The block of the plan it stands in, or null. */
  readonly block: string | null;
  /** Key of the item it belongs to, or null. */
  readonly item: string | null;
  /** Line in the plan; null for a check of the sidecar alone. */
  readonly line: number | null;
}

/**
 * All checks of a plan: those of the sidecar, then those of the plan whose command the sidecar does not name.
 *
 * A check of the sidecar with the command of a plan's check takes its place, block and item. A check of the plan has an
 * id made of its command and block (`plan-1a2b3c4d`); the same command in the same block is one check.
 */
export function checksOf(
  plan: Pick<PlanDocument, "checks">,
  sidecar: BindingSidecar | null,
): readonly CheckDefinition[] {
  const named = (sidecar?.checks ?? []).map((check) => {
    const inPlan = plan.checks.find((candidate) => candidate.command.trim() === check.run.trim());
    return define(check, inPlan ?? null);
  });
  const commands = new Set(named.map((check) => check.run.trim()));
  const found = new Map<string, CheckDefinition>();
  for (const check of plan.checks) {
    if (commands.has(check.command.trim())) continue;
    const id = planCheckId(check);
    if (!found.has(id)) found.set(id, define(fromPlan(check, id), check));
  }
  return [...named, ...found.values()];
}

/** The id of a check that only the plan names. */
export function planCheckId(check: Pick<PlanCheck, "command" | "block">): string {
  return `plan-${hexDigest({ command: check.command.trim(), block: check.block }).slice(0, 8)}`;
}

/** The digest of a check's definition, `sha256:…`: evidence of another definition does not pass. */
export function checkDigest(check: SidecarCheck): string {
  const { id, run, cwd, timeoutMs, files, reader, inputs, env } = check;
  return `sha256:${hexDigest({ id, run, cwd, timeoutMs, files, reader, inputs, env })}`;
}

function define(check: SidecarCheck, inPlan: PlanCheck | null): CheckDefinition {
  return {
    ...check,
    digest: checkDigest(check),
    block: inPlan?.block ?? null,
    item: inPlan?.item ?? null,
    line: inPlan?.line ?? null,
  };
}

function fromPlan(check: PlanCheck, id: string): SidecarCheck {
  const run = check.command.trim();
  return { id, run, cwd: null, timeoutMs: null, files: [], reader: null, inputs: [], env: [] };
}

function hexDigest(value: unknown): string {
  return bytesToHex(sha256(utf8ToBytes(canonicalJson(value))));
}
