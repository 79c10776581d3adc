import type { Draft } from "./draft.ts";
import { nameOf } from "./draft.ts";
import { comparable, readItemText } from "./item-text.ts";
import { plainText } from "./plain-text.ts";
import { stageOf } from "./stage.ts";

const MOST_EDGES = 20_000;
const ARROW = /\s*(?:<?[-=]{2,}>|-\.+->|[-=]{2,}[xo]?(?=\s)|~~~)\s*(?:\|[^|]{0,100}\|\s*)?/;
const LABELLED_ARROW = /--\s[^-|>]{1,80}\s-->/g;
const NODE = /^([\w.-]{1,80})\s*(?:[[({>]{1,3}"?([^\])}]{1,300}?)"?[\])}]{1,3})?(?::::[\w-]+|:::[\w-]+)?$/;

/**
 * Takes dependencies from a mermaid graph whose nodes are items of the plan. A graph of anything else (build steps,
 * modules, messages) is left alone: at least two nodes, and at least half of all, must be items.
 */
export function readMermaid(content: string, drafts: readonly Draft[]): void {
  const kind = /^\s*(?:%%[^\n]*\n\s*)*(\w+)/.exec(content)?.[1]?.toLowerCase();
  if (kind === "gantt") readGantt(content, drafts);
  if (kind !== "graph" && kind !== "flowchart") return;
  const graph = readGraph(content);
  const items = new ItemNames(drafts);
  const known = new Map<string, Draft>();
  for (const [node, label] of graph.labels) {
    const item = items.find(label) ?? items.find(node);
    if (item !== null) known.set(node, item);
  }
  if (known.size < 2 || known.size * 2 < graph.labels.size) return;
  for (const [from, to] of graph.edges) {
    const before = known.get(from);
    const after = known.get(to);
    if (before === undefined || after === undefined || before === after) continue;
    const name = referenceTo(before);
    if (!after.dependsOn.includes(name)) after.dependsOn.push(name);
  }
}

interface Graph {
  readonly labels: Map<string, string>;
  readonly edges: (readonly [string, string])[];
}

function readGraph(content: string): Graph {
  const graph: Graph = { labels: new Map(), edges: [] };
  for (const row of content.split("\n").slice(1)) {
    const line = row.trim().replace(/;$/, "");
    if (
      line === "" ||
      line.length > 4000 ||
      /^(?:%%|classDef|class |style|linkStyle|subgraph|end\b|direction|click)/.test(line)
    )
      continue;
    const chain = line.replace(LABELLED_ARROW, "-->").split(new RegExp(ARROW, "g"));
    let before: string[] = [];
    for (const part of chain) {
      const nodes = part
        .split(/\s+&\s+/)
        .map((node) => nodeOf(node.trim(), graph))
        .filter((node) => node !== null);
      for (const from of before)
        for (const to of nodes) if (graph.edges.length < MOST_EDGES) graph.edges.push([from, to]);
      before = nodes;
    }
  }
  return graph;
}

function nodeOf(text: string, graph: Graph): string | null {
  const match = NODE.exec(text);
  const name = match?.[1];
  if (name === undefined) return null;
  const label = match?.[2];
  if (label !== undefined) graph.labels.set(name, plainText(label.replace(/<br\s*\/?>/gi, " ")));
  else if (!graph.labels.has(name)) graph.labels.set(name, name);
  return name;
}

/** `Task A :active, task1, 2024-01-01, 3d` and `Task B : task2, after task1, 2d`. */
function readGantt(content: string, drafts: readonly Draft[]): void {
  const items = new ItemNames(drafts);
  const byName = new Map<string, Draft>();
  const waits: { item: Draft; after: string[] }[] = [];
  for (const row of content.split("\n").slice(1, 2000)) {
    const colon = row.indexOf(":");
    if (colon < 1 || row.length > 1000) continue;
    const item = items.find(row.slice(0, colon).trim());
    if (item === null) continue;
    for (const field of row.slice(colon + 1).split(",")) {
      const word = field.trim();
      if (word.startsWith("after ")) waits.push({ item, after: word.slice(6).trim().split(/\s+/) });
      else if (/^[a-z]\w*$/i.test(word) && !/^(?:active|done|crit|milestone)$/.test(word)) byName.set(word, item);
    }
  }
  for (const { item, after } of waits) {
    for (const name of after) {
      const before = byName.get(name);
      if (before !== undefined && before !== item) item.dependsOn.push(referenceTo(before));
    }
  }
}

/** A reference that finds the item again when references are resolved. */
function referenceTo(item: Draft): string {
  return item.id ?? item.aliases[0] ?? item.title;
}

class ItemNames {
  readonly #names = new Map<string, Draft>();

  constructor(drafts: readonly Draft[]) {
    for (const item of drafts) {
      if (item.kind === "criterion") continue;
      const names = [item.id?.toLowerCase() ?? "", ...item.aliases, nameOf(item)];
      const stage = stageOf(item.title);
      if (stage !== null) names.push(stage.ref);
      for (const name of names) if (name !== "" && !this.#names.has(name)) this.#names.set(name, item);
    }
  }

  /** The item of a node's text: by its id, its stage (`Phase 2.1: …` also means the task 2.1) or its title. */
  find(text: string): Draft | null {
    const stage = stageOf(text);
    const parts = readItemText(text);
    const number = stage === null ? null : (/\d+\.\d+/.exec(stage.ref)?.[0] ?? null);
    const tries = [parts.id?.toLowerCase(), stage?.ref, number, comparable(text), comparable(parts.title)];
    for (const name of tries) {
      const item = name === undefined || name === null || name === "" ? undefined : this.#names.get(name);
      if (item !== undefined) return item;
    }
    return null;
  }
}
