/** The levels of SARIF 2.1.0, section 3.27.10. */
export const LEVELS = ["error", "warning", "note", "none"] as const;
/** One of {@link LEVELS}. */
export type Level = (typeof LEVELS)[number];

/** Findings counted by level and severity. */
export interface FindingCounts {
  findings: number;
  readonly levels: Record<Level, number>;
  newFindings: number;
  newErrors: number;
  /** Findings without a `baselineState`: then it is not known which are new. */
  withoutBaseline: number;
  readonly severities: { critical: number; high: number; medium: number; low: number };
  withoutSeverity: number;
}

/** Counts of nothing. */
export function noFindings(): FindingCounts {
  return {
    findings: 0,
    levels: { error: 0, warning: 0, note: 0, none: 0 },
    newFindings: 0,
    newErrors: 0,
    withoutBaseline: 0,
    severities: { critical: 0, high: 0, medium: 0, low: 0 },
    withoutSeverity: 0,
  };
}

/** A rule as far as results take over from it. */
export interface SarifRule {
  id: string | null;
  level: Level | null;
  /** `security-severity`, 0..10 as GitHub defines it; null when the rule has none. */
  severity: number | null;
}

/** How a result names its rule. */
export interface RuleReference {
  readonly id: string | null;
  readonly index: number | null;
  /** Index into `tool.extensions`; null for the driver. */
  readonly component: number | null;
}

/** A group of results that count alike: same rule, same level as written, same baseline state. */
interface Group {
  readonly rule: RuleReference;
  readonly level: Level | null;
  readonly baseline: "new" | "old" | null;
  count: number;
}

/** The results of one run, grouped, so that rules that come after them in the file can still be looked up. */
export class SarifResults {
  readonly #groups = new Map<string, Group>();

  /** How many different groups are held. */
  get groups(): number {
    return this.#groups.size;
  }

  /** Adds a result. @param level as written; null takes the rule's */
  add(rule: RuleReference, level: Level | null, baseline: "new" | "old" | null): void {
    const key = JSON.stringify([rule.id, rule.index, rule.component, level, baseline]);
    const group = this.#groups.get(key);
    if (group === undefined) this.#groups.set(key, { rule, level, baseline, count: 1 });
    else group.count += 1;
  }

  /** Adds up all groups into `counts`. @param components rules of the driver, then of each extension */
  countInto(counts: FindingCounts, components: ReadonlyMap<number | null, readonly SarifRule[]>): void {
    const byId = rulesById(components);
    for (const group of this.#groups.values()) {
      const rule = findRule(group.rule, components, byId);
      const level = group.level ?? rule?.level ?? "warning";
      counts.findings += group.count;
      counts.levels[level] += group.count;
      if (group.baseline === null) counts.withoutBaseline += group.count;
      if (group.baseline === "new") {
        counts.newFindings += group.count;
        if (level === "error") counts.newErrors += group.count;
      }
      const severity = rule?.severity ?? null;
      if (severity === null) counts.withoutSeverity += group.count;
      else counts.severities[severityName(severity)] += group.count;
    }
  }
}

function rulesById(components: ReadonlyMap<number | null, readonly SarifRule[]>): ReadonlyMap<string, SarifRule> {
  const byId = new Map<string, SarifRule>();
  for (const rules of components.values()) {
    for (const rule of rules) if (rule.id !== null && !byId.has(rule.id)) byId.set(rule.id, rule);
  }
  return byId;
}

/** By index first, as section 3.27.7 has it; else by id, where `A/B` is a sub-rule of `A`. */
function findRule(
  reference: RuleReference,
  components: ReadonlyMap<number | null, readonly SarifRule[]>,
  byId: ReadonlyMap<string, SarifRule>,
): SarifRule | undefined {
  const indexed = reference.index === null ? undefined : components.get(reference.component)?.[reference.index];
  if (indexed !== undefined) return indexed;
  for (let id = reference.id ?? ""; id !== ""; id = id.slice(0, Math.max(0, id.lastIndexOf("/")))) {
    const rule = byId.get(id);
    if (rule !== undefined) return rule;
  }
  return undefined;
}

function severityName(severity: number): "critical" | "high" | "medium" | "low" {
  if (severity >= 9) return "critical";
  if (severity >= 7) return "high";
  return severity >= 4 ? "medium" : "low";
}
