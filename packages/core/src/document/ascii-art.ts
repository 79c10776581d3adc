import type { Line } from "./block.ts";
import type { Draft } from "./draft.ts";
import { stageOf } from "./stage.ts";

const ARROW = /\s*(?:[─━—–-]{1,12}[►▶>→]|→|⟶|➜|=>)\s*/u;

/** Takes dependencies from rows of stages joined by arrows, in fences or in text: `Phase 1 ──► Phase 2 ──► Phase 3`. */
export function readAsciiArt(text: string, lines: readonly Line[], drafts: readonly Draft[]): void {
  if (!/[►▶→⟶➜]|->/u.test(text)) return;
  const stages = new Map<string, Draft>();
  for (const item of drafts) {
    if (item.kind === "criterion") continue;
    for (const alias of item.aliases) if (!stages.has(alias)) stages.set(alias, item);
  }
  if (stages.size < 2) return;
  for (const line of lines) {
    if (line.role === "text" && line.to - line.from < 500) readRow(text.slice(line.from, line.to), stages);
    if (
      line.role !== "fence" ||
      line.fence === null ||
      /^(?:mermaid|ya?ml|json|[jt]s|python|rust|go)$/.test(line.fence.language)
    )
      continue;
    for (const row of text.slice(line.fence.contentFrom, line.fence.contentTo).split("\n")) {
      if (row.length < 500) readRow(row, stages);
    }
  }
}

function readRow(row: string, stages: ReadonlyMap<string, Draft>): void {
  const parts = row.trim().split(new RegExp(ARROW, "gu"));
  if (parts.length < 2) return;
  let before: Draft | null = null;
  for (const part of parts) {
    const stage = stageOf(part.replace(/^[\s│└├┌(*[]+/u, ""));
    const item = stage !== null && stage.rest.length < 60 ? (stages.get(stage.ref) ?? null) : null;
    if (item !== null && before !== null && item !== before) {
      const name = before.id ?? before.aliases[0] ?? before.title;
      if (!item.dependsOn.includes(name)) item.dependsOn.push(name);
    }
    before = item;
  }
}
