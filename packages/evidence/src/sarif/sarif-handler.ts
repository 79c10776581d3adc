import type { JsonHandler, JsonValue } from "../json/json-scanner.ts";
import type { Oddities } from "../oddities.ts";
import { StopReading } from "../oddities.ts";
import type { ReadLimits } from "../reading.ts";
import { decideResult, readLevel } from "./sarif-result.ts";
import type { FindingCounts, SarifRule } from "./sarif-run.ts";
import { noFindings, SarifResults } from "./sarif-run.ts";

/** Sums over all runs of all logs. */
export interface SarifTotals {
  runs: number;
  rules: number;
  files: number;
  suppressed: number;
  /** Runs that list their rules, and runs that list the files they looked at. */
  withRules: number;
  withFiles: number;
  readonly counts: FindingCounts;
}

/** Sums of nothing. */
export function noTotals(): SarifTotals {
  return { runs: 0, rules: 0, files: 0, suppressed: 0, withRules: 0, withFiles: 0, counts: noFindings() };
}

const RUN = "runs/*";
const RESULT = `${RUN}/results/*`;
const INVOCATION = `${RUN}/invocations/*`;
const NOTIFICATION_LEVELS = ["toolExecutionNotifications", "toolConfigurationNotifications"].map(
  (list) => `${INVOCATION}/${list}/*/level`,
);
const ARTIFACT = `${RUN}/artifacts/*`;
const EXTENSION = `${RUN}/tool/extensions/*`;
const RULES = [`${RUN}/tool/driver/rules/*`, `${EXTENSION}/rules/*`];
const RULE_LISTS = [`${RUN}/tool/driver/rules`, `${EXTENSION}/rules`];
const SUPPRESSION = `${RESULT}/suppressions/*`;
const URI = `${RESULT}/locations/*/physicalLocation/artifactLocation/uri`;

const RESULT_FIELDS = [
  "kind",
  "level",
  "baselineState",
  "ruleId",
  "ruleIndex",
  "rule/id",
  "rule/index",
  "rule/toolComponent/index",
];
const RULE_FIELDS = ["id", "defaultConfiguration/level", "properties/security-severity"];
const WANTED = new Set([
  "version",
  SUPPRESSION,
  URI,
  `${INVOCATION}/executionSuccessful`,
  ...NOTIFICATION_LEVELS,
  `${ARTIFACT}/roles`,
  ...RESULT_FIELDS.map((field) => `${RESULT}/${field}`),
  ...RULES.flatMap((rule) => RULE_FIELDS.map((field) => `${rule}/${field}`)),
]);

/** Roles of artifacts (section 3.24.6) that are no code that was looked at. */
const ASIDE = new Set([
  "attachment",
  "debugOutputFile",
  "directory",
  "driver",
  "extension",
  "memoryContents",
  "policy",
  "referencedOnCommandLine",
  "responseFile",
  "standardStream",
  "taxonomy",
  "toolSpecifiedConfiguration",
  "translation",
]);

/** What is known of the run that is being read. */
class OpenRun {
  readonly results = new SarifResults();
  readonly components = new Map<number | null, SarifRule[]>();
  readonly uris = new Set<string>();
  listed = false;
  invocations = 0;
  successes = 0;
  /** Errors that the scanner tells of its own run. */
  errors = 0;
  artifacts = 0;
  listsRules = false;
  listsFiles = false;
  rules = 0;
  extensions = 0;
}

/** Follows one SARIF log. */
export class SarifHandler implements JsonHandler {
  readonly #totals: SarifTotals;
  readonly #oddities: Oddities;
  readonly #limits: ReadLimits;
  #version: JsonValue | undefined;
  #run: OpenRun | null = null;
  #fields = new Map<string, JsonValue>();
  #suppressions: JsonValue[] = [];
  #roles: JsonValue | undefined;

  constructor(totals: SarifTotals, oddities: Oddities, limits: ReadLimits) {
    this.#totals = totals;
    this.#oddities = oddities;
    this.#limits = limits;
  }

  wants(path: string): boolean {
    return WANTED.has(path);
  }

  value(path: string, value: JsonValue): void {
    const run = this.#run;
    if (path === "version") this.#version = value;
    else if (run === null) return;
    else if (path === SUPPRESSION) this.#suppressions.push(value);
    else if (path === URI) {
      if (typeof value === "string" && run.uris.size < this.#limits.maxEntries) run.uris.add(value);
    } else if (path === `${INVOCATION}/executionSuccessful`) run.successes += value === true ? 1 : 0;
    else if (NOTIFICATION_LEVELS.includes(path)) run.errors += value === "error" ? 1 : 0;
    else if (path === `${ARTIFACT}/roles`) this.#roles = value;
    else this.#fields.set(relative(path), value);
  }

  open(path: string, kind: "object" | "array"): void {
    if (path === RUN) this.#run = new OpenRun();
    const run = this.#run;
    if (run === null) return;
    if (path === `${RUN}/results`) {
      if (kind !== "array") throw new StopReading("malformed", "results is not a list");
      run.listed = true;
    } else if (path === RESULT || RULES.includes(path)) this.#fields = new Map();
    else if (path === INVOCATION) run.invocations += 1;
    else if (path === ARTIFACT) this.#roles = undefined;
    else if (path === EXTENSION) run.extensions += 1;
    else if (path === `${INVOCATION}/ruleConfigurationOverrides/*`) {
      this.#oddities.add("unsupported", "rule configuration overrides change levels in a way that is not followed");
    } else if (path === `${RUN}/externalPropertyFileReferences`) {
      this.#oddities.add("unsupported", "parts of the run stand in other files");
    }
    if (path === RESULT) this.#suppressions = [];
    if (kind === "array" && RULE_LISTS.includes(path)) run.listsRules = true;
    if (kind === "array" && path === `${RUN}/artifacts`) run.listsFiles = true;
  }

  close(path: string): void {
    const run = this.#run;
    if (run === null) return;
    if (path === RESULT) this.#closeResult(run);
    else if (RULES.includes(path)) this.#closeRule(run, path === RULES[0] ? null : run.extensions - 1);
    else if (path === ARTIFACT) run.artifacts += aside(this.#roles) ? 0 : 1;
    else if (path === RUN) this.#closeRun(run);
  }

  /** Counts a run that the log broke off in, so that findings seen in it are told. */
  flush(): void {
    if (this.#run !== null) this.#closeRun(this.#run);
  }

  /** Says that the log is over. @throws StopReading when it was none */
  end(): void {
    if (this.#version === undefined) throw new StopReading("malformed", "the log says no SARIF version");
    if (this.#version !== "2.1.0") {
      throw new StopReading("unsupported", `SARIF ${JSON.stringify(this.#version).slice(0, 40)} is not 2.1.0`);
    }
  }

  #closeResult(run: OpenRun): void {
    const decision = decideResult(this.#fields, this.#suppressions);
    if (decision.as === "suppressed") this.#totals.suppressed += 1;
    if (decision.as !== "finding") return;
    run.results.add(decision.rule, decision.level, decision.baseline);
    if (run.results.groups > this.#limits.maxEntries) throw new StopReading("unsupported", "too many different rules");
  }

  #closeRule(run: OpenRun, component: number | null): void {
    run.rules += 1;
    if (run.rules > this.#limits.maxEntries) throw new StopReading("unsupported", "too many rules");
    const id = this.#fields.get("id");
    const severity = this.#fields.get("properties/security-severity");
    const rules = run.components.get(component) ?? [];
    run.components.set(component, rules);
    rules.push({
      id: typeof id === "string" ? id : null,
      level: readLevel(this.#fields.get("defaultConfiguration/level")),
      severity: severityOf(severity),
    });
  }

  #closeRun(run: OpenRun): void {
    this.#run = null;
    run.results.countInto(this.#totals.counts, run.components);
    const files = run.artifacts > 0 ? run.artifacts : run.uris.size;
    this.#totals.runs += 1;
    this.#totals.withRules += run.listsRules ? 1 : 0;
    this.#totals.withFiles += run.listsFiles ? 1 : 0;
    this.#totals.rules += run.rules;
    this.#totals.files += files;
    for (const lack of lacks(run, files)) this.#oddities.add("scanner_not_proven", lack);
  }
}

/** What a run does not show of having scanned anything. */
function lacks(run: OpenRun, files: number): readonly string[] {
  const found: string[] = [];
  if (!run.listed) found.push("a run has no list of results");
  if (run.invocations === 0) found.push("a run does not say whether the scanner succeeded (no invocations)");
  if (run.successes < run.invocations) found.push("the scanner does not say that it succeeded (executionSuccessful)");
  if (run.errors > 0) found.push("the scanner tells of an error in its own run (a notification of level error)");
  if (run.rules === 0) found.push("a run had no rules");
  if (files === 0) found.push("a run looked at no file");
  return found;
}

/** The field's path below its result or rule. */
function relative(path: string): string {
  const owner = [RESULT, ...RULES].find((prefix) => path.startsWith(`${prefix}/`)) ?? "";
  return path.slice(owner.length + 1);
}

function aside(roles: JsonValue | undefined): boolean {
  return Array.isArray(roles) && roles.length > 0 && roles.every((role) => typeof role === "string" && ASIDE.has(role));
}

function severityOf(value: JsonValue | undefined): number | null {
  const number = typeof value === "string" && /^\d{1,2}(\.\d{1,4})?$/.test(value) ? Number(value) : value;
  return typeof number === "number" && number >= 0 && number <= 10 ? number : null;
}
