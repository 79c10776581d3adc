import { describe, expect, it } from "vitest";
import { gatesOf, itemsOf, readText } from "../testing/read-text.ts";

describe("a list whose entries all have one mark", () => {
  it("tracks work where the mark is for what is open, and tells of results where it is for what is done", () => {
    const text = (mark: string) =>
      `# Kiln\n\n## The oven\n\nStill cold:\n- ${mark} Door\n- ${mark} Wall\n- ${mark} Roof\n`;
    expect(itemsOf(text("⏳"))).toEqual(["6 task pending", "7 task pending", "8 task pending"]);
    expect(itemsOf(text("✅"))).toEqual([]);
  });
});

describe("bold lines", () => {
  it("name the releases of a roadmap, with their work below", () => {
    const text = "# Kiln\n\n## Roadmap\n\n**v1.2 - Door:**\n- Hang it\n\n**v1.3 - Roof:**\n- Lay it\n";
    expect(itemsOf(text)).toEqual(["5 phase unknown", "6 task unknown", "8 phase unknown", "9 task unknown"]);
    expect(itemsOf(text.replace("Roadmap", "Release notes"))).toEqual([]);
  });

  it("name phases with a mark behind them", () => {
    expect(itemsOf("# Kiln\n\n## Parts\n\n**Phase 1: Walls** ✅\n\nThey stand.\n")).toEqual(["5 phase done"]);
  });

  it("are tasks where several of a list of work stand without lists of their own", () => {
    const text =
      "# Kiln\n\n## Remaining work\n\n**Door**\n```sh\nhang\n```\n\n**Wall**\nOf brick.\n\n**Roof**\n\n**Yard**\n- with gravel\n";
    expect(itemsOf(text)).toEqual(["5 task unknown", "10 task unknown", "13 task unknown", "15 task unknown"]);
  });
});

describe("headings", () => {
  it("keep the state before the date in brackets", () => {
    expect(itemsOf("# Kiln\n\n## Phase 1: Walls ✅ (2026-05-01 11:00)\n\nThey stand.\n")).toEqual(["3 phase done"]);
  });

  it("name a task, and what is to be done for each numbered part", () => {
    const text =
      "# Kiln\n\n## Task: Mend the kiln\n\n### 1. Hang the door\n**File:** `door.md`\n\n**What to do:**\n- Oil the hinge\n\n**Why:** It squeaks.\n";
    expect(itemsOf(text)).toEqual(["3 step unknown", "5 step unknown", "9 task unknown"]);
  });

  it("say what is put off and what comes next with a word more", () => {
    expect(itemsOf("# Kiln\n\n## Deferred features\n\n- A roof\n")).toEqual(["5 task deferred"]);
    expect(itemsOf("# Kiln\n\n## Next safe steps\n\n- Lay the roof\n")).toEqual(["5 task unknown"]);
  });
});

describe("questions of a checklist", () => {
  it("state no thresholds", () => {
    const text =
      "# Requirements checklist: Kiln\n\n- [ ] CHK001 - Is the limit (within 30 s) documented? [Clarity]\n- [ ] CHK002 - Heats within 30 s\n";
    expect(gatesOf(text)).toEqual(["4 <= 30 s"]);
    expect(readText(text).items.map(({ kind }) => kind)).toEqual(["criterion", "criterion"]);
  });
});

describe("a Chinese table of tests", () => {
  it("asks for exit codes in its column for acceptance, below a heading that only groups", () => {
    const text =
      "# 窑\n\n## 测试用例清单\n\n### 核心测试\n\n| # | 测试用例 | 验收点 | 状态 |\n|--|--|--|--|\n| 1 | 门 | 退出码 0 | ✅ |\n| 2 | 墙 | 有砖 | ❌ |\n";
    expect(itemsOf(text)).toEqual(["9 task done", "10 task failed"]);
    expect(gatesOf(text)).toEqual(["9 = 0 -"]);
  });
});
