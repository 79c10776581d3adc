import type { Draft } from "./draft.ts";
import { comparable } from "./item-text.ts";
import type { ListedBox, Reading } from "./reader-state.ts";
import { stageOf } from "./stage.ts";

const FEW = 3;
const MOST = 0.8;

/**
 * Takes lists of boxes that tell earlier work again out of what was read: outside of stages, a list of three or more of
 * which nearly all have the title of an item that stands above (`- [ ] #4 - Build the wall` for `Task 2: Build the wall`).
 */
export function takeRetoldBoxes(reading: Reading, boxes: readonly ListedBox[]): void {
  const lists = new Map<string, ListedBox[]>();
  for (const box of boxes) lists.set(box.block, [...(lists.get(box.block) ?? []), box]);
  if (lists.size === 0 || boxes.length < FEW) return;
  const first = new Map<string, Draft>();
  for (const item of reading.drafts) {
    const name = bareName(item);
    if (item.kind !== "criterion" && name.length > 3 && !first.has(name)) first.set(name, item);
  }
  const again = new Map<Draft, Draft>();
  for (const list of lists.values()) {
    if (list.length < FEW) continue;
    const from = Math.min(...list.map(({ item }) => item.line));
    const known = list.flatMap(({ item, retold }) => {
      const earlier = earlierOf(first, bareName(item), from);
      return earlier === undefined ? [] : [{ item, retold, earlier }];
    });
    if (known.length < list.length * MOST) continue;
    for (const { item, retold, earlier } of known) {
      again.set(item, earlier);
      reading.retold.push({ ...retold, of: earlier });
    }
  }
  if (again.size === 0) return;
  for (let at = reading.drafts.length - 1; at >= 0; at -= 1) {
    const item = reading.drafts[at];
    if (item !== undefined && again.has(item)) reading.drafts.splice(at, 1);
    else if (item?.parent != null) item.parent = again.get(item.parent) ?? item.parent;
  }
  for (const [at, gate] of reading.gates.entries()) {
    const earlier = gate.item === null ? undefined : again.get(gate.item);
    if (earlier !== undefined) reading.gates[at] = { ...gate, item: earlier };
  }
}

/** The item of a name above a line, or the one whose name has one word less at its end. */
function earlierOf(first: ReadonlyMap<string, Draft>, name: string, line: number): Draft | undefined {
  const shorter = name.slice(0, Math.max(0, name.lastIndexOf(" ")));
  const names = shorter.includes(" ") ? [name, shorter] : [name];
  return names.map((one) => first.get(one)).find((item) => item !== undefined && item.line < line);
}

/** A title without the word and number before it and without a remark in brackets behind it. */
function bareName({ title }: Draft): string {
  const rest = stageOf(title)?.rest ?? "";
  return comparable((rest === "" ? title : rest).replace(/\s*\([^()]*\)\s*$/, "").replace(/^[-–—\s]+/, ""));
}
