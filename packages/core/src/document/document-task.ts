import type { Line } from "./block.ts";
import type { Draft } from "./draft.ts";
import { draft } from "./draft.ts";
import { readItemText, stripMarks } from "./item-text.ts";
import type { AttributeName } from "./label.ts";
import { labelOf } from "./label.ts";
import { withoutStatus } from "./outline.ts";
import { plainText } from "./plain-text.ts";
import { stageOf } from "./stage.ts";
import { statusOfTitle } from "./status.ts";

/** Sections that tell of the document itself. */
const ABOUT =
  /^(?:metadata|meta|details|info|information|task details|story details|overview|status|基本信息|基本情報)$/i;
const TASK_WORD = /^(?:story|task|ticket|issue|user story|work item|bug) /;
/** Proposals and records have ids and a status too, and are no tasks. */
const PROPOSAL = /^(?:SEP|RFC|ADR|PEP|KEP|JEP|EIP|BIP|DEP|TIP|CVE|GHSA|ISO|PRD|DR)-/;
/** `Task: Mend the gate`. */
const CALLED = /^(?:task|ticket|bug|任务|タスク|작업)\s?[:：]\s*\S/iu;
const STATED: ReadonlySet<AttributeName> = new Set(["status"]);
const HANDLED: ReadonlySet<AttributeName> = new Set(["status", "owner", "priority"]);
/** How far the status of the document may stand from its title. */
const MOST_LINES = 40;

/**
 * The task that a whole document is about, or null: its title is named as one (`Story 2.1: …`, `OPS-12: …`) and a status
 * stands directly under it, before any other section but one about the document.
 */
export function documentTask(text: string, lines: readonly Line[]): Draft | null {
  const at = lines.findIndex(({ role }) => role === "heading");
  const heading = lines[at];
  if (heading === undefined || heading.level !== 1) return null;
  const raw = text.slice(heading.from, Math.min(heading.to, heading.from + 1000));
  const status = statusOfTitle(raw, { lastWord: false });
  const title = withoutStatus(raw, status);
  const parts = readItemText(title);
  const stage = stageOf(stripMarks(plainText(title)));
  const named = stage !== null && stage.named && TASK_WORD.test(stage.ref);
  const hasId = parts.id !== null && /^[A-Z][A-Z0-9]*-/.test(parts.id) && !PROPOSAL.test(parts.id);
  const called = CALLED.test(title) && !named && !hasId;
  const said = called && (saysOfWork(text, lines, at, HANDLED) || hasStatusSection(text, lines));
  if (called ? !said : (!named && !hasId) || !saysOfWork(text, lines, at, STATED)) return null;
  const id = hasId ? parts.id : (/[\d][\d.-]*$/.exec(stage?.ref ?? "")?.[0] ?? null);
  const name = hasId ? parts.title : title;
  const item = draft("task", heading.line, id, name, null, 0.9, "title.task: a document that is one task");
  if (stage !== null) item.aliases.push(stage.ref);
  if (status !== null) {
    item.claimed = status.claimed;
    item.token = { from: heading.from + status.start, to: heading.from + status.end, form: status.form };
  }
  return item;
}

/** Whether a section of its own says how far the document's task is. */
function hasStatusSection(text: string, lines: readonly Line[]): boolean {
  return lines.some(
    ({ role, level, from, to }) =>
      role === "heading" &&
      level === 2 &&
      to - from < 40 &&
      /^(?:current )?(?:status|state|状态)$/i.test(text.slice(from, to).trim()),
  );
}

function saysOfWork(text: string, lines: readonly Line[], title: number, names: ReadonlySet<AttributeName>): boolean {
  for (let index = title + 1; index < Math.min(lines.length, title + MOST_LINES); index += 1) {
    const line = lines[index];
    if (line === undefined) return false;
    if (line.role === "heading" && !ABOUT.test(stripMarks(plainText(text.slice(line.from, line.to))))) return false;
    if (line.role !== "text" && line.role !== "item") continue;
    const name = labelOf(text.slice(line.from, Math.min(line.to, line.from + 400)))?.name;
    if (name != null && names.has(name)) return true;
    const above = lines[index - 1];
    if (above?.role === "heading" && /^status$/i.test(text.slice(above.from, above.to).trim())) return true;
  }
  return false;
}
