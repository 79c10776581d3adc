import {
  type BindingSidecar,
  normaliseMetric,
  type PlanGate,
  problem,
  type SidecarCheck,
  type SidecarGate,
} from "@holdpoint/core";
import { parseDurationMs } from "./duration.ts";
import { readSidecarText } from "./read-sidecar-text.ts";
import { SIDECAR_FILE_PROBLEMS } from "./sidecar.problems.ts";
import type { SidecarCheckText, SidecarGateText, SidecarText } from "./sidecar-file.ts";

/**
 * Reads `PLAN.holdpoint.yaml` into what the judge works with: durations in milliseconds, null where nothing is said.
 *
 * The gates are keyed as in the file; {@link sidecarForGates} brings names of metrics to the gates of a plan. Whether the
 * checks and gates that are named exist is for the core to say, which knows the plan.
 *
 * @param file name of the file, for messages
 * @throws HP2201 when it is not YAML that we read, HP2202 when a key is not known, HP2203 when a value does not fit
 */
export function readSidecar(text: string, file: string): BindingSidecar {
  return bindingOf(readSidecarText(text, file).value);
}

/** The 1-based line of a field of a sidecar that can be read, such as `["gates", "line_coverage", "criterion"]`. */
export function sidecarLine(text: string, file: string, path: readonly PropertyKey[]): number {
  return readSidecarText(text, file).lineOf(path);
}

/**
 * Replaces names of metrics among a sidecar's gates by the keys of the gates that ask for these metrics.
 *
 * An entry under a gate's own key wins over one under its metric. What no gate answers to stays as it is.
 *
 * @throws HP2205 when a name means several gates and its entry would change what they ask for
 */
export function sidecarForGates(
  sidecar: BindingSidecar,
  gates: readonly Pick<PlanGate, "key" | "metric">[],
  file: string,
): BindingSidecar {
  const names = namesByGate(sidecar, gates, file);
  const resolved = [...names].flatMap(([key, name]) => {
    const entry = sidecar.gates.get(name);
    return entry === undefined ? [] : [[key, entry] as const];
  });
  return { ...sidecar, gates: new Map(resolved) };
}

/**
 * Which entry of the file speaks for which gate: names in the file by gate key. An entry that no gate answers to stands
 * under its own name.
 *
 * @throws HP2205 as {@link sidecarForGates}
 */
export function namesByGate(
  sidecar: BindingSidecar,
  gates: readonly Pick<PlanGate, "key" | "metric">[],
  file: string,
): ReadonlyMap<string, string> {
  const keys = new Set(gates.map(({ key }) => key));
  const names = new Map<string, string>();
  for (const [name, entry] of sidecar.gates) {
    const metric = normaliseMetric(name);
    const meant = keys.has(name) ? [] : gates.filter((gate) => gate.metric !== null && gate.metric === metric);
    const changed = demandsOf(entry);
    if (meant.length > 1 && changed.length > 0) {
      const params = { file, name, keys: meant.map(({ key }) => key).join(", "), what: changed.join(", ") };
      throw problem(SIDECAR_FILE_PROBLEMS, "HP2205", params, { file, field: `gates.${name}` });
    }
    if (meant.length === 0) names.set(name, name);
    for (const { key } of meant) if (!sidecar.gates.has(key)) names.set(key, name);
  }
  return names;
}

/** The fields of an entry that say what a gate asks for, rather than what measures it. */
function demandsOf(entry: SidecarGate): readonly string[] {
  return (["criterion", "exit", "severity", "minTier", "isolation", "maxAgeMs"] as const).filter(
    (field) => entry[field] !== null,
  );
}

/** Turns a sidecar as written into what the judge works with. */
export function bindingOf(text: SidecarText): BindingSidecar {
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
