import type { Draft, YamlReading } from "./draft.ts";
import { draft } from "./draft.ts";
import { readItemText } from "./item-text.ts";
import { stageOf } from "./stage.ts";
import { applyFields, readYamlLists } from "./yaml-plan.ts";
import type { YamlSource } from "./yaml-source.ts";
import { normalKey, readYaml } from "./yaml-source.ts";

/** Where the frontmatter of a document stands. Offsets into the working text. */
export interface FrontmatterRange {
  readonly contentFrom: number;
  readonly contentTo: number;
  /** Where the document proper begins. */
  readonly end: number;
}

/** Finds YAML frontmatter: a line of three dashes at the very start, closed by another (or by three dots). */
export function findFrontmatter(text: string): FrontmatterRange | null {
  if (!text.startsWith("---")) return null;
  const firstEnd = text.indexOf("\n");
  if (firstEnd < 0 || text.slice(0, firstEnd).trim() !== "---") return null;
  let at = firstEnd + 1;
  for (let line = 0; at < text.length && line < 500; line += 1) {
    let end = text.indexOf("\n", at);
    if (end < 0) end = text.length;
    const content = text.slice(at, Math.min(end, at + 12)).trimEnd();
    if (content === "---" || content === "...") {
      return { contentFrom: firstEnd + 1, contentTo: at, end: Math.min(end + 1, text.length) };
    }
    at = end + 1;
  }
  return null;
}

/** What frontmatter says. */
export interface Frontmatter {
  /** The item that the whole document is about, or null when it is about none. */
  readonly item: Draft | null;
  /** Phases, steps, tasks, gates and checks that stand in lists of their own. */
  readonly reading: YamlReading;
}

/** Reads frontmatter: the item that the document is about, and the work and the gates that it lists. */
export function readFrontmatter(text: string, range: FrontmatterRange, file: string): Frontmatter {
  const source = readYaml(text.slice(range.contentFrom, range.contentTo), range.contentFrom, 2, file);
  const item = itemOfDocument(
    source,
    /\n# +([^\n]{1,300})/.exec(text.slice(range.end - 1, range.end + 20_000))?.[1] ?? "",
  );
  return { item, reading: readYamlLists(source, { item, block: "frontmatter", criteria: false }) };
}

function itemOfDocument(source: YamlSource, heading: string): Draft | null {
  const pairs = source.pairsOf(source.root);
  const byKey = new Map(pairs.map((pair) => [normalKey(pair.key), pair]));
  const titled = byKey.get("title");
  const id = source.textOf(byKey.get("id")?.value) ?? source.textOf(byKey.get("task_id")?.value);
  const workLike = byKey.has("status") || byKey.has("state");
  const tracked =
    id !== null ||
    byKey.has("depends_on") ||
    byKey.has("dependencies") ||
    byKey.has("assignee") ||
    byKey.has("parallel") ||
    byKey.has("priority");
  // `# Epic: Search` below a status names what the status is of.
  const named = /^(epic|phase|milestone|task|story|ticket)(?:\s[\w.-]{1,8})?\s?[:–—-]\s/i
    .exec(heading)?.[1]
    ?.toLowerCase();
  if (!workLike || (!tracked && named === undefined)) return null;
  if (!tracked && named !== undefined) return headed(source, pairs, named);
  const title = source.textOf((titled ?? byKey.get("name"))?.value) ?? "";
  const parts = readItemText(title);
  const isTask = byKey.has("task_id") || /^(?:task|story|issue|ticket|bug)[-_ ]/i.test(id ?? "");
  const kind = !isTask && stageOf(title)?.kind === "phase" ? "phase" : "task";
  const line = titled?.line ?? (heading === "" ? (byKey.get("name")?.line ?? 0) : 0);
  const item = draft(
    kind,
    line,
    id ?? parts.id,
    parts.title,
    null,
    0.95,
    "frontmatter.task: a document that is one task",
  );
  applyFields(source, item, pairs);
  return item;
}

/** The item of a document whose first heading says what it is; it stands there. */
function headed(source: YamlSource, pairs: ReturnType<YamlSource["pairsOf"]>, named: string): Draft {
  const kind = /^(?:epic|phase|milestone)$/.test(named) ? "phase" : "task";
  const item = draft(kind, 0, null, "", null, 0.85, `frontmatter.${kind}: a document that is one ${named}`);
  applyFields(source, item, pairs);
  return item;
}
