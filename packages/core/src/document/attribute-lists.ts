import type { Line } from "./block.ts";
import { labelOf } from "./label.ts";
import { beginsWithOrder } from "./orders.ts";

/** Lists in which an entry says something of the stage above, so that their other labels do too. */
export class AttributeLists {
  readonly #text: string;
  readonly #lines: readonly Line[];
  readonly #found = new Set<number>();
  #working: ReadonlySet<number> | null = null;

  constructor(text: string, lines: readonly Line[]) {
    this.#text = text;
    this.#lines = lines;
  }

  /** Notes that an entry of a list gives an attribute of the stage above. */
  add(list: number): void {
    this.#found.add(list);
  }

  /** Whether the unknown labels of a list are attributes too: one of its entries is, and none reads as work. */
  has(list: number): boolean {
    if (!this.#found.has(list)) return false;
    this.#working ??= this.#listsOfWork();
    return !this.#working.has(list);
  }

  /** The lists with an entry that begins with an order, on its own or behind a name: `Backend: build the API`. */
  #listsOfWork(): ReadonlySet<number> {
    const working = new Set<number>();
    for (const { role, list, from, to } of this.#lines) {
      if (role !== "item" || working.has(list)) continue;
      const raw = this.#text.slice(from, Math.min(to, from + LONGEST_HEAD));
      const label = labelOf(raw);
      if (beginsWithOrder(label === null ? raw : label.name === null ? label.value.trim() : "")) working.add(list);
    }
    return working;
  }
}

const LONGEST_HEAD = 200;
