import { readPlan } from "@holdpoint/core";
import { reportFor } from "./report-for.ts";

/**
 * A sidecar by which an agent's report may speak for the gates of a plan that has none: those that one number or state can open.
 *
 * @param name file name of the plan, which says its format
 */
export function sidecarFor(document: string, name: string): string {
  const { gates } = readPlan(new TextEncoder().encode(document), { fileName: name });
  const bound = gates.flatMap(({ key, metric, text }) =>
    metric === null || reportFor([{ metric, asks: text }]) === null ? [] : [[key, { metric }] as const],
  );
  // JSON is YAML, too.
  return JSON.stringify({ holdpoint: "sidecar/v1", minTier: "E1", gates: Object.fromEntries(bound) });
}
