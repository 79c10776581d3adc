import { problem } from "@holdpoint/core";
import { sidecarFileProblems } from "./sidecar.problems.ts";
import { type SidecarText, sidecarSchema } from "./sidecar-file.ts";
import { readYamlAs } from "./yaml-reading.ts";

/** A sidecar as written, with the line of each field. */
export interface SidecarReading {
  readonly value: SidecarText;
  readonly lineOf: (path: readonly PropertyKey[]) => number;
}

/**
 * Reads a sidecar as written, without turning it into what the judge needs. An empty file says nothing and is refused.
 *
 * @throws HP2201 when it is not YAML that we read, HP2202 when a key is not known, HP2203 when a value does not fit
 */
export function readSidecarText(text: string, file: string): SidecarReading {
  const reading = readYamlAs(sidecarSchema, text);
  if (reading.ok) return reading;
  const [{ kind, line, field, what }, ...rest] = reading.faults;
  const code = kind === "syntax" ? "HP2201" : kind === "key" ? "HP2202" : "HP2203";
  const more = rest.length === 0 ? "" : ` (${rest.length} more in this file)`;
  const place = field === "" ? { file, line } : { file, line, field };
  throw problem(sidecarFileProblems, code, { file, field: field === "" ? "the file" : field, what, more }, place);
}
