import type { Heading } from "./heading.ts";
import type { Section } from "./scope.ts";
import { insideStage } from "./scope.ts";

const TIMED_PART =
  /^(?:(?:pre|post)-(?!requisite|mortem|condition)\p{L}{3,}|(?:before|after|during)\s\p{L}|(?:launch|go-live|release|cut-?over|migration)[ -](?:day|night|weekend)\b|[TD]\s?[-+]\s?\d)/iu;
/** Parts of a checklist that say what its boxes are about, and are no work. */
const CATEGORY =
  /^(?:(?:code|test|data|build|release|general|user|developer|legal)\s)?(?:quality|documentation|docs|security|performance|features|functionality|testing|tests|builds?|build system|infrastructure|compliance|legal|privacy|accessibility|usability|ux|ui|backend|frontend|database|data|api|apis|configuration|dependencies|monitoring|observability|communications?|marketing|support|design|compatibility|localization|operations|style|licensing)(?:\s?(?:&|and|\/)\s?\p{L}+)?$/iu;
const ORDER =
  /^(?:add|announce|archive|build|bump|check|close|commit|configure|create|cut|deploy|draft|edit|enable|freeze|install|merge|migrate|monitor|notify|open|prepare|publish|push|remove|restore|roll|run|send|set up|sign|start|stop|switch|tag|test|update|upload|verify|write)\b/i;

/** The headings in whose sections, and not only right below them, work is tracked and no stage is named. */
export function tracksBelow(headings: readonly Heading[]): ReadonlySet<Heading> {
  const tracking = new Set<Heading>();
  const staged = new Set<Heading>();
  const open: Heading[] = [];
  for (const heading of headings) {
    while ((open.at(-1)?.level ?? 0) >= heading.level) open.pop();
    const { evidence, meaning, stage } = heading;
    const tracks = meaning.boxes !== "criterion" && evidence.boxes + evidence.taskRows > 0;
    for (const above of open) {
      if (tracks) tracking.add(above);
      if (stage?.named === true) staged.add(above);
    }
    open.push(heading);
  }
  for (const heading of staged) tracking.delete(heading);
  return tracking;
}

/** `Pre-launch`, `After the cut-over`, `T-7 days`: tracked work that is gathered by its time and not by what it is. */
export function isTimedPart(heading: Heading, sections: readonly Section[], below: boolean): boolean {
  const { title, level, evidence, meaning } = heading;
  // `Post-launch tasks` is a list of tasks, whenever they come.
  if (meaning.entries === "task" && !meaning.weak) return false;
  if (level < 2 || level > 6 || !TIMED_PART.test(title) || insideStage(sections)) return false;
  const boxes = meaning.boxes === "criterion" ? 0 : evidence.boxes;
  return (
    (boxes + evidence.taskRows > 0 || (below && meaning.boxes !== "criterion")) &&
    sections.every(({ level: other, meaning: { boxes: as } }) => other === 1 || as !== "criterion")
  );
}

/** Whether a heading only says what the boxes of a checklist below it are about. */
export function isCategory(title: string, sections: readonly Section[]): boolean {
  return CATEGORY.test(title.trim()) && sections.some(({ heading }) => /\bchecklists?\b/i.test(heading.title));
}

/** Right below a part that is named for its time, a heading that tracks work or begins with an order is a piece of it. */
export function isWorkOfTimedPart(heading: Heading, sections: readonly Section[]): boolean {
  const above = sections.at(-1);
  if (above?.item?.reason.startsWith("stage.time") !== true || above.level !== heading.level - 1) return false;
  return heading.evidence.boxes + heading.evidence.taskRows > 0 || ORDER.test(heading.title);
}
