import type { PlanItem } from "../plan/inspection.ts";
import type { Draft } from "./draft.ts";
import { nameOf } from "./draft.ts";
import { comparable } from "./item-text.ts";
import { stageOf } from "./stage.ts";

const RANGE = /^([A-Za-z]{0,10}[-#]?)(\d{1,5})\s?(?:[-–—]|to|through)\s?([A-Za-z]{0,10}[-#]?)(\d{1,5})$/i;
const MOST_IN_RANGE = 200;

/** Finds the items that references in a document mean. */
export class References {
  readonly #byId = new Map<string, Draft[]>();
  readonly #drafts: readonly Draft[];
  #byAlias: Map<string, Draft> | null = null;

  constructor(drafts: readonly Draft[]) {
    for (const item of drafts) {
      if (item.id !== null) {
        const id = item.id.toLowerCase().replace(/^#/, "");
        const known = this.#byId.get(id);
        if (known === undefined) this.#byId.set(id, [item]);
        else known.push(item);
      }
    }
    this.#drafts = drafts;
  }

  /** Most references are ids; the names of all items are gathered when the first is not. */
  #aliases(): Map<string, Draft> {
    if (this.#byAlias !== null) return this.#byAlias;
    const names = new Map<string, Draft>();
    for (const item of this.#drafts) {
      for (const alias of item.aliases) if (!names.has(alias)) names.set(alias, item);
      const title = nameOf(item);
      if (title !== "" && !names.has(title)) names.set(title, item);
      // `T1 Set up`: too short for an id by itself, and a name all the same.
      const first = /^[a-z]{1,6} ?\d{1,4}(?= )/.exec(title)?.[0];
      if (first !== undefined && !names.has(first)) names.set(first, item);
    }
    this.#byAlias = names;
    return names;
  }

  /** The items a reference means, seen from an item; empty when none. A range such as `T012-T014` means several. */
  find(reference: string, from: Draft): Draft[] {
    const one = this.#one(reference, from);
    if (one !== null) return [one];
    const range = RANGE.exec(reference.trim());
    if (range === null) return [];
    const first = Number(range[2]);
    const last = Number(range[4]);
    if (last < first || last - first > MOST_IN_RANGE) return [];
    const width = range[2]?.length ?? 0;
    const found: Draft[] = [];
    for (let number = first; number <= last; number += 1) {
      const item = this.#one(`${range[1] ?? ""}${String(number).padStart(width, "0")}`, from);
      if (item !== null) found.push(item);
    }
    return found;
  }

  /** `Step 3.1`, `Fase 1 (Auth)`, and `3.1` for a stage whose number has parts: an alias of a stage. */
  #stage(clean: string, from: Draft): Draft | null {
    const names = this.#aliases();
    const stage = stageOf(clean);
    const named = stage === null ? undefined : names.get(stage.ref);
    if (named !== undefined) return named;
    const number = stage === null ? clean : (/[\d][\d.]*$/.exec(stage.ref)?.[0] ?? "");
    if (!/^\d{1,3}(?:\.\d{1,3})+$/.test(number)) return null;
    const same = this.#byId.get(number);
    if (same !== undefined) return nearest(same, from);
    for (const word of ["step", "task", "phase", "stage", "story"]) {
      const item = names.get(`${word} ${number}`);
      if (item !== undefined) return item;
    }
    return null;
  }

  #one(reference: string, from: Draft): Draft | null {
    const clean = reference
      .toLowerCase()
      .replace(/^(?:tasks?|items?|id)\s+(?=[a-z#]*-?\d)/, "")
      .replace(/^#/, "")
      .replace(/\s+(?:is |are )?(?:complete|completed|completion|done|complete[sd]?|finished|execution)$/, "");
    const same = this.#byId.get(clean);
    if (same !== undefined) return nearest(same, from);
    const stage = this.#stage(clean, from);
    if (stage !== null) return stage;
    const padded = /^\d+$/.test(clean) ? this.#byId.get(clean.padStart(3, "0")) : undefined;
    if (padded !== undefined) return nearest(padded, from);
    const alias = comparable(reference).replace(/ (?:complete|completed|completion|done)$/, "");
    return this.#aliases().get(alias) ?? this.#aliases().get(comparable(clean)) ?? null;
  }
}

/** Of several items with one id, the one under the same parent, else the first. */
function nearest(items: readonly Draft[], from: Draft): Draft | null {
  return items.find((item) => item.parent === from.parent && item !== from) ?? items[0] ?? null;
}

/** Groups of items that wait for each other, each as a way round; at most 20. Iterative, linear. */
export function findCycles(items: readonly PlanItem[]): PlanItem[][] {
  const byKey = new Map(items.filter(({ dependsOn }) => dependsOn.length > 0).map((item) => [item.key, item]));
  const state = new Map<string, "open" | "closed">();
  const cycles: PlanItem[][] = [];
  for (const start of byKey.values()) {
    if (state.has(start.key)) continue;
    const path: { item: PlanItem; next: number }[] = [{ item: start, next: 0 }];
    state.set(start.key, "open");
    while (path.length > 0) {
      const top = path.at(-1);
      if (top === undefined) break;
      const key = top.item.dependsOn[top.next];
      top.next += 1;
      if (key === undefined) {
        state.set(top.item.key, "closed");
        path.pop();
        continue;
      }
      const item = byKey.get(key);
      if (item === undefined || state.get(key) === "closed") continue;
      if (state.get(key) === "open") {
        const from = path.findIndex((step) => step.item.key === key);
        if (cycles.length < 20) cycles.push(path.slice(from).map((step) => step.item));
        continue;
      }
      state.set(key, "open");
      path.push({ item, next: 0 });
    }
  }
  return cycles;
}
