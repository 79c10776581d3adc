import type { BindingSidecar, SidecarCheck, SidecarGate } from "@holdpoint/core";
import { parseDurationMs } from "./duration.ts";
import type { SidecarCheckText, SidecarGateText, SidecarText } from "./sidecar-file.ts";

/**
 * Turns a sidecar as written into what the judge works with: durations in milliseconds, null where nothing is said.
 *
 * Gates stay keyed as in the file, by a gate's key or a metric's name.
 */
export function sidecarBinding(text: SidecarText): BindingSidecar {
  return {
    checks: (text.checks ?? []).map(checkOf),
    gates: new Map(Object.entries(text.gates ?? {}).map(([key, gate]) => [key, gateOf(gate)])),
    minTier: text.minTier ?? null,
    isolation: text.isolation ?? null,
  };
}

function checkOf(check: SidecarCheckText): SidecarCheck {
  return {
    id: check.id,
    run: check.run,
    cwd: check.cwd ?? null,
    timeoutMs: msOf(check.timeout),
    files: check.files ?? [],
    reader: check.reader ?? null,
    inputs: check.inputs ?? [],
    env: check.env ?? [],
  };
}

function gateOf(gate: SidecarGateText): SidecarGate {
  const wait = gate.onInconclusive;
  return {
    check: gate.check ?? null,
    metric: gate.metric ?? null,
    criterion: gate.criterion === undefined ? null : String(gate.criterion),
    minTier: gate.minTier ?? null,
    severity: gate.severity ?? null,
    exit: gate.exit ?? null,
    maxAgeMs: msOf(gate.maxAge),
    isolation: gate.isolation ?? null,
    owner: gate.owner ?? null,
    onInconclusive: wait === undefined ? null : { holdMs: msOf(wait.hold) ?? 0, outcome: wait.then },
  };
}

/** The shape has refused what is no duration, so null stands for "nothing said" alone. */
function msOf(text: string | undefined): number | null {
  return text === undefined ? null : parseDurationMs(text);
}
