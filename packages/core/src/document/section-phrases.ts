import type { Claimed } from "../plan/inspection.ts";
import type { Meaning } from "./meaning.ts";
import { CRITERIA_HEADINGS, NO_WORK_HEADINGS, TASK_HEADINGS } from "./other-languages.ts";

/** What a phrase announces: a meaning without what depends on the words around it. */
export type Sense = Omit<Meaning, "because" | "severity" | "weak">;

/** A section that says nothing of its entries. */
export const BASE: Sense = {
  entries: "neutral",
  boxes: "neutral",
  headingsAreSteps: false,
  gates: "none",
  retells: false,
  claimed: null,
};
/** A section that reports or explains. */
export const NONE: Sense = { ...BASE, entries: "none" };
/** A section of tasks. */
export const TASKS: Sense = { ...BASE, entries: "task", boxes: "task" };
const PLANNED: Sense = { ...BASE, entries: "planned-task", boxes: "task", headingsAreSteps: true };
/** A section whose numbered entries are tasks. */
export const ORDERED: Sense = { ...BASE, entries: "ordered-task", boxes: "task" };
const WORK: Sense = { ...BASE, entries: "ordered-task", boxes: "task", headingsAreSteps: true };
/** Lists named by a state: what stands in them has it. */
const inState = (claimed: Claimed): Sense => ({ ...TASKS, claimed });
/** Goals: an entry that states a threshold is a criterion. */
const AIMS: Sense = { ...NONE, entries: "aim", boxes: "criterion", gates: "thresholds" };
/** When to stop or to go back: a threshold there is no demand on the work. */
export const HALT: Sense = { ...NONE, retells: false };
const AGAIN: Sense = { ...TASKS, retells: true };
export const LATER: Sense = { ...TASKS, claimed: "deferred" };
/** A section of criteria. */
export const CRITERIA: Sense = { ...BASE, entries: "criterion", boxes: "criterion", gates: "thresholds" };
/** A section of gates: every entry is one. */
export const GATES: Sense = { ...CRITERIA, gates: "states" };
/** A section of metrics: what is written as a demand is a gate. */
export const TARGETS: Sense = { ...NONE, gates: "targets" };
const BOXED_CRITERIA: Sense = { ...BASE, boxes: "criterion" };

/** Phrases that headings and labels use, by what they mean. Whole words; the longest match decides, then the last. */
export const PHRASES: readonly (readonly [Sense, string])[] = [
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
    "definition of ready|=outputs|acceptance scenarios|measurable outcomes|acceptance tests|success indicators|success measures|key results|受け入れ条件|成功基準",
  ],
  [GATES, "quality gates|quality gate|gates|gate criteria|deployment gate|release gate|release gates|gate status"],
  [CRITERIA, "=release checks|=pre-release checks|=merge checks|=pre-merge checks|=quality checks|=acceptance checks"],
  [AIMS, "=limits|=benchmarks|=performance benchmarks|=size limits|=complexity limits|=thresholds"],
  [GATES, "must pass|should pass|release criteria|launch criteria|go/no-go"],
  [BOXED_CRITERIA, "self-review|review checklist|self-review checklist|verification checklist|validation checklist"],
  [BOXED_CRITERIA, "quality validation|pre-flight|preflight|=verify|checkpoint"],
  [TARGETS, "metrics|metrics dashboard|health metrics|system health|slos|slo|service levels|performance metrics"],
  [AIMS, "targets|performance targets|performance goals|coverage goals|quality goals|documentation goals"],
  [CRITERIA, "qualitative goals|qualitative criteria|success goals"],
  [AIMS, "quantitative goals|numeric goals|measurable goals|measurable objectives|performance requirements|budgets"],
  [
    AIMS,
    "non-functional requirements|non-functional|nfrs|quality requirements|quality attributes|service level objectives",
  ],
  [AIMS, "target metrics|target values|performance budget|performance budgets|quality targets|coverage targets"],
  [CRITERIA, "entry criteria|entry criterion|pass criteria|done definition|definition of complete|what done means"],
  [CRITERIA, "=done means|=done looks like|what done looks like|must-haves|=must haves"],
  [
    CRITERIA,
    "completion checklist|done checklist|ready when|exit conditions|acceptance conditions|completion definition|exit criterion|complete when",
  ],
  [CRITERIA, CRITERIA_HEADINGS],
  [TASKS, TASK_HEADINGS],
  [NONE, NO_WORK_HEADINGS],
  [
    HALT,
    "halt rules|automatic halt rules|rollback triggers|rollback criteria|abort criteria|kill criteria|stop conditions",
  ],
  [HALT, "alert rules|alerting|alerts|alert thresholds|abort conditions|rollback plan|rollback procedure|rollback"],
  [ORDERED, "procedure|procedures|test scope|smoke tests|manual steps|rollout steps|deployment steps|upgrade steps"],
  [ORDERED, "release steps|release process steps"],
  [NONE, "emergency procedures|emergency procedure|incident procedures|incident response|disaster recovery"],
  [WORK, "proposed improvements|proposed changes|suggested improvements|recommended changes|proposed fixes"],
  [
    WORK,
    "needs to be built|needs building|to be built|what to build|needs to be done|what needs to change|work breakdown",
  ],
  [TASKS, "changes needed|needed changes|changes required|changes to make|code changes|necessary changes"],
  [
    TASKS,
    "human actions|manual actions|pending actions|remaining actions|follow-up actions|open actions|tasks|task list|todo|todos|=to do|=to-do|things to do|work items|action items|required actions|required changes",
  ],
  [
    TASKS,
    "remaining tasks|remaining work|remaining|ship|work to do|work remaining|implementation tasks|subtasks|sub-tasks",
  ],
  [PLANNED, "implementation plan|execution plan|action plan|work plan|rollout plan"],
  [TASKS, "migration steps|backlog|milestones|milestone list|milestone plan|project milestones"],
  [
    TASKS,
    "future work|future enhancements|future extensions|future improvements|future additions|enhancements|improvements planned|open items|outstanding|priorities|=focus|current sprint|week's focus|=actions",
  ],
  [TASKS, "open tasks|current tasks|upcoming tasks|タスク|ロードマップ"],
  [inState("in_progress"), "in progress|=doing|=in review|=wip|=en progreso|=en curso|=in arbeit|=en cours|=進行中"],
  [inState("blocked"), "=blocked|=on hold|=bloqueado|=blockiert"],
  [inState("pending"), "pending tasks|=pending|=not started|=pendiente|=offen|=ausstehend|=未着手"],
  [
    inState("done"),
    "completed tasks|finished tasks|steps completed|completed steps|work completed|completed work|=completed|=done|=finished|=hecho|=completado|=erledigt|=terminé|=完了",
  ],
  [inState("cancelled"), "=cancelled|=canceled|=dropped|=won't do"],
  [
    TASKS,
    "=up next|=next up|=action|=recommended action|=recommended actions|=now|=next|=to-do list|todo list|=queue|=open|=sprint backlog",
  ],
  [ORDERED, "=shipped|=released|=closed"],
  [ORDERED, "proposed implementation"],
  [TASKS, "=what to do"],
  [{ ...ORDERED, claimed: "done" }, "=what was done|=what has been done|=what was implemented|=what was built"],
  [ORDERED, "=test plan|=testing plan|=verification plan|=validation plan|=qa plan"],
  [ORDERED, "roadmap|=changes|execution order|implementation order|ordered steps|plan of work"],
  [WORK, "implementation steps|planned features|planned|future features|bugs|work packages|user stories|high priority"],
  [BASE, "checklist|checklists|team asks|ownership|assignment|assignments"],
  [WORK, "medium priority|low priority|critical priority|new tasks|todo tasks|work streams|workstreams|epics|stories"],
  [WORK, "critical issues|long-term goals|short-term goals|=plan|tasks breakdown|task breakdown|proposed work"],
  [
    AGAIN,
    "next steps|next actions|immediate next steps|next step|what's next|recommended next steps|ready for execution",
  ],
  [LATER, "=later|=for later|deferred|postponed|not first|someday|icebox|deferred items|deferred work"],
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
    "features|key features|what we achieved|achievement summary|=dashboard|progress metrics|progress|progress tracking",
  ],
  [
    NONE,
    "completed features|known issues|troubleshooting|support|community|team|conventions|format|design|design axioms",
  ],
  [
    NONE,
    "parking lot|opportunities|ideas|ideas parked|brainstorm|wish list|wishlist|personas|quotes|background reading",
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
  [
    NONE,
    "quick reference|quick links|at a glance|key takeaways|communication plan|communication protocol|communication|" +
      "ceremonies|meetings|contact|contacts|skills required|team structure|cost estimate|effort estimation",
  ],
  [NONE, "glossary|about|contributing|license|priority matrix|key insights|insights|comparison|statistics|metadata"],
  [NONE, "phase status summary|phase overview|getting started|quick start|how to|guidelines|patterns|common patterns"],
];
