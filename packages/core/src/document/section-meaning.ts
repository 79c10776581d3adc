import type { Claimed, Severity } from "../plan/inspection.ts";

/** What a heading or a label says of what stands under it. */
export interface Meaning {
  /** What a list entry without a check box is. `ordered-task`: only in a numbered list; `planned-task`: in a document without boxes or task tables also in bullets. */
  readonly entries: "task" | "ordered-task" | "planned-task" | "criterion" | "none" | "neutral";
  /** What a check box is. */
  readonly boxes: "task" | "criterion" | "neutral";
  /** True when headings below are pieces of work by themselves. */
  readonly headingsAreSteps: boolean;
  /** Which thresholds in the entries are gates: all, those with words for states too, or only plain targets. */
  readonly gates: "none" | "thresholds" | "states" | "targets";
  /** True when the section tells work again that stands elsewhere, so that only what is new counts. */
  readonly retells: boolean;
  /** What the section says of all its entries. */
  readonly claimed: Claimed | null;
  readonly severity: Severity | null;
  /** The word that decided, for the reason given with each item. */
  readonly because: string;
  /** True when the words that decided are less than half of the title, so that it may name something of its own. */
  readonly weak: boolean;
}

type Sense = Omit<Meaning, "because" | "severity" | "weak">;

const BASE: Sense = {
  entries: "neutral",
  boxes: "neutral",
  headingsAreSteps: false,
  gates: "none",
  retells: false,
  claimed: null,
};
const NONE: Sense = { ...BASE, entries: "none" };
const TASKS: Sense = { ...BASE, entries: "task", boxes: "task" };
const PLANNED: Sense = { ...BASE, entries: "planned-task", boxes: "task" };
const ORDERED: Sense = { ...BASE, entries: "ordered-task", boxes: "task" };
const WORK: Sense = { ...BASE, entries: "ordered-task", boxes: "task", headingsAreSteps: true };
const AGAIN: Sense = { ...TASKS, retells: true };
const LATER: Sense = { ...TASKS, claimed: "deferred" };
const CRITERIA: Sense = { ...BASE, entries: "criterion", boxes: "criterion", gates: "thresholds" };
const GATES: Sense = { ...CRITERIA, gates: "states" };
const TARGETS: Sense = { ...NONE, gates: "targets" };
const BOXED_CRITERIA: Sense = { ...BASE, boxes: "criterion" };

/** Phrases that headings and labels use, by what they mean. Whole words; the longest match decides, then the last. */
const PHRASES: readonly (readonly [Sense, string])[] = [
  [
    CRITERIA,
    "success criteria|acceptance criteria|acceptance|exit criteria|completion criteria|done when|done criteria",
  ],
  [
    CRITERIA,
    "definition of done|dod|success metrics|success metric|kpis|kpi|criteria|success|deliverables|deliverable",
  ],
  [
    CRITERIA,
    "definition of ready|acceptance scenarios|measurable outcomes|acceptance tests|success indicators|success measures|key results|受け入れ条件|成功基準",
  ],
  [GATES, "quality gates|quality gate|gates|gate criteria|deployment gate|release gate|release gates|gate status"],
  [GATES, "must pass|should pass|release criteria|launch criteria|go/no-go"],
  [BOXED_CRITERIA, "self-review|review checklist|self-review checklist|verification checklist|validation checklist"],
  [BOXED_CRITERIA, "quality validation|pre-flight|preflight|readiness checklist|verify|checkpoint"],
  [
    TARGETS,
    "metrics|metrics dashboard|health metrics|system health|targets|performance targets|slos|slo|performance goals",
  ],
  [TARGETS, "coverage goals|quality goals|documentation goals|service levels"],
  [
    TASKS,
    "tasks|task list|todo|todos|=to do|=to-do|things to do|work items|action items|required actions|required changes",
  ],
  [
    TASKS,
    "remaining tasks|remaining work|remaining|ship|work to do|work remaining|implementation tasks|subtasks|sub-tasks",
  ],
  [PLANNED, "implementation plan|execution plan|action plan|work plan|rollout plan"],
  [TASKS, "migration steps|backlog|milestones"],
  [
    TASKS,
    "future work|future enhancements|enhancements|improvements planned|open items|outstanding|priorities|=focus|current sprint|week's focus|=actions",
  ],
  [TASKS, "completed tasks|pending tasks|open tasks|current tasks|upcoming tasks|in progress|タスク|ロードマップ"],
  [TASKS, "=doing|=in review|=blocked|=wip|=up next|=now|=next|=to-do list|todo list|=queue|=open|=sprint backlog"],
  [ORDERED, "=done|=finished|=shipped|=released|=closed"],
  [ORDERED, "roadmap|=changes|execution order|implementation order|ordered steps|plan of work|=completed|=pending"],
  [WORK, "implementation steps|planned features|planned|future features|bugs|work packages|user stories|high priority"],
  [BASE, "checklist|checklists|team asks|ownership|assignment|assignments"],
  [WORK, "medium priority|low priority|critical priority|new tasks|todo tasks|work streams|workstreams|epics|stories"],
  [WORK, "critical issues|long-term goals|short-term goals|=plan|tasks breakdown|task breakdown|proposed work"],
  [
    AGAIN,
    "next steps|next actions|immediate next steps|next step|what's next|recommended next steps|ready for execution",
  ],
  [LATER, "=later|=for later|deferred|postponed|not first|parking lot|someday|icebox|deferred items|deferred work"],
  [
    NONE,
    "results|result|achieved|achievements|achievement|accomplishments|benefits|benefit|findings|risk|risks|mitigation",
  ],
  [
    NONE,
    "overview|background|context|motivation|rationale|history|changelog|recent changes|notes|note|learnings|lessons",
  ],
  [NONE, "faq|frequently asked questions|questions|example|examples|usage|references|related|see also|resources|links"],
  [
    NONE,
    "architecture|non-goals|out of scope|best practices|principles|philosophy|alternatives|alternatives considered",
  ],
  [NONE, "instructions|pros|cons|problem|problems|issues found|issues fixed|definitions|legend|capabilities|summary"],
  [NONE, "assumptions|scope|objective|objectives|goal|goals|vision|current state|current status|status quo|status"],
  [
    NONE,
    "key components|components|integration points|approach|strategy|evidence|file structure|files|file map|impact",
  ],
  [NONE, "dependencies|blockers|blockers and dependencies|task dependency graph|update schedule|schedule|operations"],
  [
    NONE,
    "features|key features|what we achieved|achievement summary|dashboard|progress metrics|progress|progress tracking",
  ],
  [
    NONE,
    "completed features|known issues|troubleshooting|support|community|team|conventions|format|design|design axioms",
  ],
  [NONE, "task assignment summary|reassignments|completion metrics|technical specs|technical details"],
  [
    NONE,
    "fixes|key fixes implemented|testing results|improvements|quality improvements|expected outcomes|outcomes|tips",
  ],
  [NONE, "business impact|prerequisites|preconditions|open questions|discussion|decision|decisions|philosophy|method"],
  [NONE, "commands|useful commands|key learnings|issues encountered|constraints|considerations|migration strategy"],
  [NONE, "implementation strategy|implementation details|implementation results|implementation notes|final summary"],
  [
    NONE,
    "conclusion|conclusions|recommendation|recommendations|introduction|abstract|appendix|executive summary|analysis",
  ],
  [NONE, "glossary|about|contributing|license|priority matrix|key insights|insights|comparison|statistics|metadata"],
  [NONE, "phase status summary|phase overview|getting started|quick start|how to|guidelines|patterns|common patterns"],
];

const LOOKUP = new Map<string, Sense>();
/** Phrases that mean something only when they are the whole title. */
const EXACT = new Map<string, Sense>();
for (const [sense, phrases] of PHRASES) {
  for (const phrase of phrases.split("|")) {
    if (phrase.startsWith("=")) EXACT.set(phrase.slice(1), sense);
    else LOOKUP.set(phrase, sense);
  }
}
const LONGEST_PHRASE = 4;

/** Words whose presence means that the section reports, whatever else it names. */
const REPORTING = new Set(["achieved", "results", "result", "dashboard", "findings", "fixed", "encountered"]);

const SEVERITIES: readonly (readonly [RegExp, Severity])[] = [
  [/\b(?:critical|must|blocking|mandatory|required|blocker)\b/, "critical"],
  [/\b(?:important|should|major|recommended)\b/, "important"],
  [/\b(?:enhancement|nice|could|minor|optional|stretch|informational)\b/, "enhancement"],
];

const MONTHS_AHEAD = /\bnext (?:\d+|two|three|six|few|twelve) (?:weeks|months|quarters|sprints)\b/;
const NO_MEANING: Meaning = { ...BASE, severity: null, because: "", weak: false };

/**
 * What a heading or label announces.
 *
 * @param title plain text without marks and status
 */
export function meaningOf(title: string): Meaning {
  const clean = withoutAsides(title.toLowerCase().slice(0, 160))
    .replace(/[’`]/g, "'")
    .replace(/[:.!?]+\s*$/u, "");
  const words = clean.split(/[^\p{L}\p{N}'/-]+/u).filter((word) => word !== "" && word !== "-");
  const severity = SEVERITIES.find(([pattern]) => pattern.test(clean))?.[1] ?? null;
  if (REFUSING.test(clean)) return { ...NONE, severity: null, because: "a refusal", weak: false };
  if (MONTHS_AHEAD.test(clean) && words.length <= 6)
    return { ...TASKS, severity, because: "the time ahead", weak: false };
  const exact = EXACT.get(words.join(" "));
  if (exact !== undefined) return { ...exact, severity, because: words.join(" "), weak: false };
  const best = longestPhrase(words);
  if (best === null) return severity === null ? NO_MEANING : { ...NO_MEANING, severity };
  const weak = best.phrase.split(" ").length * 2 < words.length;
  const reports = words.find((word) => REPORTING.has(word));
  if (
    reports !== undefined &&
    best.sense.gates !== "states" &&
    best.sense !== TARGETS &&
    best.sense.entries !== "none"
  ) {
    const sense = reports === "dashboard" ? TARGETS : NONE;
    return { ...sense, severity, because: reports, weak };
  }
  if (best.sense.entries === "criterion" && SAMPLE.test(clean))
    return { ...NONE, severity, because: "a proposal", weak };
  return { ...best.sense, severity, because: best.phrase, weak };
}

const REFUSING = /^(?:do not|don't|not |no |never|non-|what's not)/;
const SAMPLE = /^(?:proposed|example|sample)\b/;

/** Longer remarks in brackets say nothing of what the section is: `Features (beyond the milestones table)`. */
function withoutAsides(title: string): string {
  return title.replace(/\(([^()]*)\)/g, (whole, inside: string) => {
    return inside.trim().split(/\s+/).length > 2 || /\d/.test(inside) ? " " : whole;
  });
}

/** What a label announces: as {@link meaningOf}, and `Requirements:` lists what must be met. */
export function meaningOfLabel(key: string): Meaning {
  if (/^(?:minimum |must-have |hard )?requirements$/i.test(key.trim())) {
    return { ...CRITERIA, severity: null, because: "requirements", weak: false };
  }
  return meaningOf(key);
}

function longestPhrase(words: readonly string[]): { sense: Sense; phrase: string } | null {
  let best: { sense: Sense; phrase: string } | null = null;
  let width = 0;
  for (let at = 0; at < words.length && at < 16; at += 1) {
    for (let length = Math.min(LONGEST_PHRASE, words.length - at); length >= 1; length -= 1) {
      const phrase = words.slice(at, at + length).join(" ");
      const sense = LOOKUP.get(phrase) ?? cjkSense(phrase);
      if (sense !== undefined && length >= width) {
        best = { sense, phrase };
        width = length;
        break;
      }
    }
  }
  return best;
}

/** Japanese and Chinese headings have no blanks between words: the announcing word stands anywhere in them. */
function cjkSense(phrase: string): Sense | undefined {
  if (!/[\u3040-\u9fff]/.test(phrase)) return undefined;
  if (/成功基準|受け入れ|验收|成果物/.test(phrase)) return CRITERIA;
  if (/ロードマップ|タスク|任务|次のステップ/.test(phrase)) return ORDERED;
  return undefined;
}

/** Whether a heading is only a name for its kind of section, and no piece of work of its own. */
export function isGeneric(title: string, meaning: Meaning): boolean {
  if (meaning.because === "" || meaning.weak) return GENERIC.has(title.toLowerCase().replace(/[:\s]+$/, ""));
  return true;
}

const GENERIC = new Set(
  (
    "testing|tests|implementation|documentation|documentation updates|checklist|setup|misc|other|general|cleanup|" +
    "ownership|work|items|list|details|description|verification|validation|deployment|monitoring|release|documentation created"
  ).split("|"),
);
