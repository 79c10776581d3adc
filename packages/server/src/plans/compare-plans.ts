import { canonicalJson, type PlanDocument } from "@holdpoint/core";

/** One item or gate that differs between two revisions. */
export interface PlanDifference {
  readonly key: string;
  readonly change: "added" | "removed" | "changed";
  readonly title: string;
  /** In the later document; in the earlier one when removed. */
  readonly line: number;
  /** Names of what changed, sorted; empty unless `changed`. */
  readonly fields: readonly string[];
}

/** What changed from one revision to another, by key. Lines alone are no change. */
export function comparePlans(
  from: PlanDocument,
  to: PlanDocument,
): { readonly items: readonly PlanDifference[]; readonly gates: readonly PlanDifference[] } {
  return {
    items: compare(from.items, to.items, (item) => item.title),
    gates: compare(from.gates, to.gates, (gate) => gate.text),
  };
}

/** How the text was read is not what it says. */
const NO_CHANGE: ReadonlySet<string> = new Set(["line", "key", "confidence", "reason"]);

function compare<T extends { readonly key: string; readonly line: number }>(
  before: readonly T[],
  after: readonly T[],
  titleOf: (entry: T) => string,
): readonly PlanDifference[] {
  const old = new Map(before.map((entry) => [entry.key, entry]));
  const kept = new Set(after.map((entry) => entry.key));
  const told = (entry: T, change: PlanDifference["change"], fields: readonly string[] = []): PlanDifference => ({
    key: entry.key,
    change,
    title: titleOf(entry),
    line: entry.line,
    fields,
  });
  const later = after.flatMap((entry) => {
    const known = old.get(entry.key);
    if (known === undefined) return [told(entry, "added")];
    const fields = differingFields(known, entry);
    return fields.length === 0 ? [] : [told(entry, "changed", fields)];
  });
  return [...later, ...before.filter((entry) => !kept.has(entry.key)).map((entry) => told(entry, "removed"))];
}

function differingFields(before: object, after: object): readonly string[] {
  const [old, now] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter((name) => !NO_CHANGE.has(name) && text(old.get(name)) !== text(now.get(name)))
    .sort();
}

function text(value: unknown): string {
  return value === undefined ? "" : canonicalJson(value);
}
