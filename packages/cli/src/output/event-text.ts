import { reasonText, standingOf } from "../report/gate-standing.ts";
import type { LiveEvent } from "../report/live-event.ts";
import { counted } from "./counted.ts";
import { durationText } from "./duration.ts";
import { oneLine } from "./plain-text.ts";
import type { Style } from "./style.ts";
import { standingMark } from "./verdict-mark.ts";

/** An event in one line for people, or null where it is not worth a line of its own (offers, progress, starts of checks). */
export function eventText(event: LiveEvent, style: Style): string | null {
  const { paint, glyphs } = style;
  switch (event.type) {
    case "run.started":
      return `${oneLine(event.plan)}: ${counted(event.tasks, "task")}, ${counted(event.gates, "gate")}, ${agentsText(event.agents)}`;
    case "attempt.started":
      return `${glyphs.running} started   ${taskText(event)} by ${oneLine(event.agent)}`;
    case "attempt.ended": {
      const outcome = oneLine(event.outcome);
      const mark = paintOutcome(
        outcome,
        `${outcomeGlyph(outcome, style)} ${outcome.replace("_", " ").padEnd(9)}`,
        style,
      );
      return withMore(`${mark} ${taskText(event)} by ${oneLine(event.agent)}`, event.summary);
    }
    case "task.waiting":
      return withMore(`${paint.yellow(`${glyphs.held} waiting  `)} ${nameText(event.task, event.title)}`, event.why);
    case "check.ended": {
      const ok = event.outcome === "ok" || event.outcome === "exit 0";
      const mark = ok ? glyphs.dot : paint.yellow(glyphs.inconclusive);
      return `${mark} check     ${oneLine(event.check)}: ${checkOutcome(event.outcome)} (${durationText(event.durationMs)})`;
    }
    case "gate.judged":
      return gateText(event, style);
    case "note":
      return event.level === "warning"
        ? paint.yellow(`! warning   ${oneLine(event.message)}`)
        : `${glyphs.dot} ${oneLine(event.message)}`;
    case "attempt.progress":
    case "check.started":
      return null;
    default:
      return event satisfies never;
  }
}

/** The line of a judged gate, its verdict first. */
export function gateText(event: Extract<LiveEvent, { type: "gate.judged" }>, style: Style): string {
  // A live verdict is about the present subject; the summary says so of each gate once more.
  const mark = standingMark(standingOf({ verdict: event.verdict, freshness: "fresh", reason: event.reason }), style);
  const severity = event.severity === "critical" ? "" : ` (${event.severity})`;
  const name = oneLine(event.metric ?? event.gate);
  return withMore(`${mark}  ${name} ${oneLine(event.text)}${severity}: ${reasonText(event.reason)}`, event.explanation);
}

/** Ends of an attempt that say nothing against the work. */
const GIVEN_BACK: ReadonlySet<string> = new Set(["released", "handed_back"]);

/** The mark of how an attempt ended. */
function outcomeGlyph(outcome: string, { glyphs }: Style): string {
  if (outcome === "accepted") return glyphs.pass;
  if (outcome === "held") return glyphs.held;
  if (GIVEN_BACK.has(outcome)) return glyphs.waiting;
  return glyphs.fail;
}

/** Colours a text as an attempt's outcome is coloured. */
function paintOutcome(outcome: string, text: string, { paint }: Style): string {
  if (outcome === "accepted") return paint.green(text);
  if (outcome === "held") return paint.yellow(text);
  return GIVEN_BACK.has(outcome) ? text : paint.red(text);
}

/** A task's key and title, once where they are the same. */
export function nameText(task: string, title: string): string {
  const key = oneLine(task);
  const name = oneLine(title);
  if (name === "" || name === key) return key;
  return MADE_KEY.test(key) ? name : `${key} ${name}`;
}

/** Keys that are hashes say nothing to people. */
const MADE_KEY = /^(?:[a-z]+[-_:])?[0-9a-f]{8,}$/;

function taskText(event: { readonly task: string; readonly title: string; readonly attempt: number }): string {
  const again = event.attempt > 1 ? ` (attempt ${event.attempt})` : "";
  return nameText(event.task, event.title) + again;
}

function withMore(text: string, more: string): string {
  const rest = oneLine(more);
  return rest === "" ? text : `${text} - ${rest}`;
}

function agentsText(agents: readonly string[]): string {
  return agents.length === 0 ? "no agents" : `${counted(agents.length, "agent")} (${agents.map(oneLine).join(", ")})`;
}

function checkOutcome(outcome: string): string {
  return oneLine(outcome).replaceAll("_", " ");
}
