import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Claimed, PlanDocument } from "../plan/inspection.ts";
import { asMojibake } from "./mojibake.ts";
import { readPlan } from "./read-plan.ts";
import { MOST_CHANGED_BYTES, printPlan, setStatus } from "./set-status.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

function read(text: string, fileName = "PLAN.md"): PlanDocument {
  return readPlan(encoder.encode(text), { fileName });
}

function change(text: string, claimed: Claimed, at = 0, fileName = "PLAN.md"): string {
  const document = read(text, fileName);
  const { bytes, changed, reason } = setStatus(document, document.items[at]?.key ?? "", claimed);
  return changed ? decoder.decode(bytes) : `refused: ${reason ?? ""}`;
}

describe("changing one status", () => {
  it.each<[string, Claimed, string]>([
    ["- [ ] one\n", "done", "- [x] one\n"],
    ["- [x] one\r\n", "pending", "- [ ] one\r\n"],
    ["- [ ] one\n", "in_progress", "- [~] one\n"],
    ["- [x] one\n", "cancelled", "- [-] one\n"],
    ["- [ ]* 3.4 one\n", "done", "- [x]* 3.4 one\n"],
    ["\ufeff## Phase 1: A ✅\n", "in_progress", "\ufeff## Phase 1: A 🔄\n"],
    ["## Phase 1: A ✅\n", "pending", "## Phase 1: A ⏳\n"],
    ["## Step 1: A\n\n**Status**: open\n", "done", "## Step 1: A\n\n**Status**: done\n"],
    ["## Step 1: A\n\n**Status**: TODO\n", "done", "## Step 1: A\n\n**Status**: DONE\n"],
    [
      "| ID | Task | Owner | Status |\n| - | - | - | - |\n| A-1 | x | b | 🟢 |\n",
      "pending",
      "| ID | Task | Owner | Status |\n| - | - | - | - |\n| A-1 | x | b | 🔴 |\n",
    ],
    ["---\nid: 7\nstatus: open\n---\n# A\n", "done", "---\nid: 7\nstatus: done\n---\n# A\n"],
    ["---\nid: 7\nstatus: 'open'\n---\n# A\n", "done", "---\nid: 7\nstatus: 'done'\n---\n# A\n"],
  ])("writes %j as %s", (before, claimed, after) => {
    expect(change(before, claimed)).toBe(after);
  });

  it("changes YAML values", () => {
    expect(change("tasks:\n  - {title: a, done: false}\n", "done", 0, "p.yaml")).toBe(
      "tasks:\n  - {title: a, done: true}\n",
    );
  });

  it("keeps twice-encoded marks twice encoded", () => {
    const before = `## Phase 1: A ${asMojibake("✅")}\n`;
    expect(change(before, "failed")).toBe("## Phase 1: A â\u0152\n");
  });

  it.each<[string, Claimed, RegExp]>([
    ["- [ ] one\n", "pending", /already says pending/],
    ["- [ ] one\n", "partial", /no word for partial/],
    ["## Phase 1: A - COMPLETED\n", "in_progress", /more than 4 bytes/],
    ["## Phase 1: A ✅ **COMPLETED**\n", "in_progress", /more than 4 bytes/],
    ["## Phase 1: A\n", "done", /no status in the document/],
    [`## Phase 1: A ${asMojibake("✅")}\n`, "in_progress", /more than 4 bytes/],
  ])("refuses to turn %j into %s and says why", (before, claimed, why) => {
    expect(change(before, claimed)).toMatch(why);
  });

  it("refuses an unknown key and gives the same bytes back", () => {
    const document = read("- [ ] one\n");
    const result = setStatus(document, "nothing", "done");
    expect(result).toMatchObject({ changed: false, reason: "no item has the key nothing" });
    expect(result.bytes).toBe(document.source);
  });
});

/** Parts of plans in the dialects that people write, with everything that is easy to lose on the way. */
const state = fc.constantFrom(" ", "x", "X", "~", "-");
const word = fc.constantFrom(
  "Build",
  "ship it",
  "naïve café",
  "日本語",
  "a  b",
  "tab\there",
  "`code`",
  "**bold**",
  "[x](y)",
  "∆",
  "🚀 go",
);
const title = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join(" "));
const trail = fc.constantFrom("", "", " ", "  ", "\t");
const mark = fc.constantFrom("✅", "🔄", "❌", "⏳");
const cell = fc.constantFrom("✅ Done", "🔴 Pending", "open", "done", "🔄", "In Progress", "🟢");
const box = fc
  .tuple(fc.constantFrom("- ", "* ", "  - ", "1. "), state, title, trail)
  .map(([bullet, on, text, end]) => `${bullet}[${on}] ${text}${end}`);
const part = fc.oneof(
  { weight: 6, arbitrary: box },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.nat(9), title, mark, trail)
      .map(([n, text, on, end]) => `## Phase ${n}: ${text} ${on}${end}`),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.nat(9), title, mark).map(([n, text, on]) => `### Step ${n}: ${text} ${asMojibake(on)}`),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.nat(99), title, cell)
      .map(
        ([n, text, on]) =>
          `\n| ID | Task | Owner | Status |\n|---|---|---|---|\n| T-${n} | ${text.replaceAll("|", "")} | ada | ${on} |\n`,
      ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "",
      "some prose",
      "---",
      "```\n- [ ] no\n```",
      "> - [ ] quoted",
      "<!-- - [ ] hidden -->",
      "**Status**: open",
      "### Success Criteria",
      "- Coverage: >=80%",
    ),
  },
);
const plan = fc
  .tuple(fc.array(part, { minLength: 1, maxLength: 12 }), fc.constantFrom("\n", "\r\n"), fc.boolean(), fc.boolean())
  .map(([parts, end, marked, closed]) => {
    const text = `# Plan${end}${end}${parts.join("\n").replaceAll("\n", end)}${closed ? end : ""}`;
    return `${marked ? "\ufeff" : ""}${text}`;
  });
const goal = fc.constantFrom<Claimed>("done", "pending", "in_progress", "failed", "cancelled");

describe("10,000 generated plans", () => {
  it("print as the same bytes, and one change of status touches four bytes of one token at most", {
    timeout: 120_000,
  }, () => {
    let changes = 0;
    fc.assert(
      fc.property(plan, goal, fc.nat(), (text, claimed, pick) => {
        const bytes = encoder.encode(text);
        const document = readPlan(bytes, { fileName: "PLAN.md" });
        if (!same(printPlan(document), bytes)) throw new Error("prints other bytes");
        const item = document.items[pick % Math.max(1, document.items.length)];
        if (item === undefined) return;
        const result = setStatus(document, item.key, claimed);
        changes += result.changed ? 1 : 0;
        const wrong = result.changed
          ? (otherThanOneSplice(bytes, result.bytes, document.statusTokens.get(item.key)) ??
            otherItems(document, result.bytes, item.key, claimed))
          : result.bytes === document.source
            ? null
            : "refused, and yet other bytes";
        if (wrong !== null) throw new Error(wrong);
      }),
      { numRuns: 10_000, seed: 20_260_101 },
    );
    expect(changes).toBeGreaterThan(3000);
  });
});

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function otherThanOneSplice(
  before: Uint8Array,
  after: Uint8Array,
  token: { readonly start: number; readonly end: number } | undefined,
): string | null {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head += 1;
  let tail = 0;
  const most = Math.min(before.length, after.length) - head;
  while (tail < most && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  const touched = Math.max(before.length, after.length) - head - tail;
  if (touched > MOST_CHANGED_BYTES) return `touches ${touched} bytes`;
  const inside = token !== undefined && head >= token.start && before.length - tail <= token.end;
  return inside ? null : "touches bytes outside of the status";
}

function otherItems(before: PlanDocument, bytes: Uint8Array, key: string, claimed: Claimed): string | null {
  const wanted = before.items.map((one) => (one.key === key ? { ...one, claimed } : one));
  const after = readPlan(bytes, { fileName: "PLAN.md" }).items;
  return JSON.stringify(after) === JSON.stringify(wanted) ? null : "other items are read";
}
