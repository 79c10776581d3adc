import { loadSidecar } from "@holdpoint/contract";
import { type BindingSidecar, type PlanDocument, readPlan, scheduleWork, type WorkGraph } from "@holdpoint/core";
import type { PlanStore } from "./plan.types.ts";

/** Plans that are kept read; the rest are read again when they are needed. */
const KEPT = 50;

/** A plan as it is judged: with the severities that its sidecar sets. */
export interface JudgedPlan {
  readonly planId: string;
  readonly revision: number;
  readonly plan: PlanDocument;
  readonly sidecar: BindingSidecar | null;
  /** What the sidecar says in vain, for people. */
  readonly notes: readonly string[];
}

/**
 * Reads a document and its sidecar.
 *
 * @param fileName decides the format
 * @throws HP1xxx for the document, HP22xx for the sidecar
 */
export function readDocument(
  bytes: Uint8Array,
  fileName: string,
  sidecarText: string | null,
): Pick<JudgedPlan, "plan" | "sidecar" | "notes"> {
  const read = readPlan(bytes, { fileName });
  if (sidecarText === null) return { plan: read, sidecar: null, notes: [] };
  const { sidecar, problems } = loadSidecar(sidecarText, "sidecar", read);
  const gates = read.gates.map((gate) => ({
    ...gate,
    severity: sidecar.gates.get(gate.key)?.severity ?? gate.severity,
  }));
  return { plan: { ...read, gates }, sidecar, notes: problems.map(({ message }) => message) };
}

/** What the plan asks to be done, in order. @throws HP5001, HP5002 */
export function graphOf(plan: PlanDocument): WorkGraph {
  return scheduleWork(plan);
}

/** The file name that tells the format of a stored document again. */
export function fileNameOf(source: string, format: "markdown" | "yaml"): string {
  const name = source.split("/").at(-1) ?? source;
  const isYaml = /\.ya?ml$/i.test(name);
  if (isYaml === (format === "yaml")) return name;
  return format === "yaml" ? "plan.yaml" : "plan.md";
}

/** Reads stored plans, keeping those that were used last. */
export function createDocumentShelf(plans: PlanStore): { of(planId: string): Promise<JudgedPlan | null> } {
  const shelf = new Map<string, { readonly tag: string; readonly judged: JudgedPlan }>();
  return {
    async of(planId) {
      const view = await plans.get(planId);
      const revision = view === null ? null : await plans.revision(planId);
      if (view === null || revision === null) return null;
      const tag = `${revision.revision} ${revision.sidecar ?? ""}`;
      const known = shelf.get(planId);
      shelf.delete(planId);
      const judged =
        known?.tag === tag
          ? known.judged
          : {
              planId,
              revision: revision.revision,
              ...readDocument(revision.document, fileNameOf(view.source, revision.format), revision.sidecar),
            };
      shelf.set(planId, { tag, judged });
      for (const oldest of shelf.keys()) if (shelf.size > KEPT) shelf.delete(oldest);
      return judged;
    },
  };
}
