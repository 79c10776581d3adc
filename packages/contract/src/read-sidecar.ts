import { type BindingSidecar, problem, type SidecarCheck, type SidecarGate } from "@holdpoint/core";
import { parseDurationMs } from "./duration.ts";
import { readSidecarText, type SidecarReading } from "./read-sidecar-text.ts";
import { sidecarFileProblems } from "./sidecar.problems.ts";
import type { SidecarCheckText, SidecarGateText, SidecarText } from "./sidecar-file.ts";

/**
 * Reads `PLAN.holdpoint.yaml` into what the judge works with: durations in milliseconds, null where nothing is said.
 *
 * Gates are keyed as in the file, by a gate's key or a metric's name. Whether the checks and gates that are named exist
 * depends on the plan; see `loadSidecar`.
 *
 * @param file name of the file, for messages
 * @throws HP2201 when it is not YAML that we read, HP2202 when a key is not known, HP2203 when a value does not fit,
 *   HP2206 when two checks have one id
 */
export function readSidecar(text: string, file: string): BindingSidecar {
  const reading = readSidecarText(text, file);
  refuseDuplicates(reading, file);
  return bindingOf(reading.value);
}

/** Two checks must not have one id. @throws HP2206 at the second of them */
export function refuseDuplicates({ value, lineOf }: SidecarReading, file: string): void {
  const ids = (value.checks ?? []).map(({ id }) => id);
  const index = ids.findIndex((id, at) => ids.indexOf(id) !== at);
  const id = ids[index];
  if (id === undefined) return;
  const again = lineOf(["checks", index, "id"]);
  const params = { file, id, line: lineOf(["checks", ids.indexOf(id), "id"]), again };
  throw problem(sidecarFileProblems, "HP2206", params, { file, line: again, field: `checks[${index}].id` });
}

/** The 1-based line of a field of a sidecar that can be read, such as `["gates", "line_coverage", "criterion"]`. */
export function sidecarLine(text: string, file: string, path: readonly PropertyKey[]): number {
  return readSidecarText(text, file).lineOf(path);
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
