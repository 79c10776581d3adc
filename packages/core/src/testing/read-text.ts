import { readPlan } from "../document/read-plan.ts";
import type { PlanDocument } from "../plan/inspection.ts";

/** Reads a text as the plan `PLAN.md`. */
export function readText(text: string): PlanDocument {
  return readPlan(new TextEncoder().encode(text), { fileName: "PLAN.md" });
}

/** `line kind state` of each item of a text, in document order. */
export function itemsOf(text: string): string[] {
  return readText(text).items.map(({ line, kind, claimed }) => `${line} ${kind} ${claimed}`);
}

/** `line kind state title` of each item of a text, in document order. */
export function titledItemsOf(text: string): string[] {
  return readText(text).items.map(({ line, kind, claimed, title }) => `${line} ${kind} ${claimed} ${title}`);
}

/** `line operator value unit` of each gate of a text that is typed; `-` for no unit. */
export function gatesOf(text: string): string[] {
  return readText(text).gates.flatMap(({ line, criterion }) =>
    criterion === null ? [] : [`${line} ${criterion.op} ${String(criterion.value)} ${criterion.unit ?? "-"}`],
  );
}
