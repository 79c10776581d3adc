import { describe, expect, it } from "vitest";
import { itemsOf, titledItemsOf } from "../testing/read-text.ts";

describe("headings that count with a word of their own", () => {
  it.each(["Track", "Part", "Lap", "Work stream"])("are phases where work is tracked below: %s", (word) => {
    const text = `# P\n\n## ${word} 1: Dig\n\n- [ ] dig\n\n## ${word} 2: Fire\n\n### Kiln\n\n- [x] fire\n`;
    expect(titledItemsOf(text).filter((item) => item.includes("phase"))).toEqual([
      `3 phase unknown ${word} 1: Dig`,
      `7 phase unknown ${word} 2: Fire`,
    ]);
  });

  it("may count with letters and Roman numbers, and are steps inside a phase", () => {
    const text =
      "# P\n\n## Phase 1: Pots\n\n### Batch A: Dig\n\n- [ ] dig\n\n### Batch B: Fire\n\n- [ ] fire\n\n## Lap I\n\n- [ ] x\n\n## Lap II\n\n- [ ] y\n";
    expect(itemsOf(text).filter((kind) => !kind.includes("task"))).toEqual([
      "3 phase unknown",
      "5 step unknown",
      "9 step unknown",
      "13 phase unknown",
      "17 phase unknown",
    ]);
  });

  it.each([
    "# P\n\n## Option 1: Dig\n\n- [ ] dig\n\n## Option 2: Buy\n\n- [ ] buy\n",
    "# P\n\n## Lap 1: Dig\n\n- [ ] dig\n",
    "# P\n\n## Lap 3: Dig\n\n- [ ] dig\n\n## Lap 4: Buy\n\n- [ ] buy\n",
    "# P\n\n## Lap 1: Dig\n\n- dig\n\n## Lap 2: Buy\n\n- buy\n",
  ])("are no phases when they are choices, alone, begin late or hold no work", (text) => {
    expect(itemsOf(text).some((kind) => kind.includes("phase"))).toBe(false);
  });
});

describe("a list of marks", () => {
  it("tracks work under any heading when its marks say different states", () => {
    expect(titledItemsOf("# P\n\n## Pots\n\n- ✅ bowl\n- ⏳ jug\n- ❌ cup\n")).toEqual([
      "5 task done bowl",
      "6 task pending jug",
      "7 task failed cup",
    ]);
  });

  it("is only a list when all its marks are the same, or when the section reports", () => {
    expect(titledItemsOf("# P\n\n## Pots\n\n- ✅ bowl\n- ✅ jug\n")).toEqual([]);
    expect(titledItemsOf("# P\n\n## Results\n\n- ✅ bowl\n- ❌ jug\n")).toEqual([]);
  });
});

describe("a table with a column of states", () => {
  const table = (heading: string, head: string): string =>
    `# P\n\n${heading}\n\n${head}\n| --- | --- |\n| bowl | done |\n| jug | not started |\n`;

  it("holds tasks in a section of work or in a phase, whatever the column is called", () => {
    const expected = ["7 task done bowl", "8 task pending jug"];
    expect(titledItemsOf(table("## Remaining work", "| Pot | How far |"))).toEqual(expected);
    expect(titledItemsOf(table("## Phase 1: Pots", "| Pot | Progress |")).slice(1)).toEqual(expected);
  });

  it("holds tasks anywhere when its rows have ids", () => {
    const text =
      "# P\n\n## Pots\n\n| ID | Pot | How far |\n| --- | --- | --- |\n| P-1 | bowl | done |\n| P-2 | jug | open |\n";
    expect(titledItemsOf(text)).toEqual(expect.arrayContaining(["7 task done bowl", "8 task pending jug"]));
  });

  it("holds none in a section that says nothing of work, or with two such columns", () => {
    expect(titledItemsOf(table("## Pots", "| Pot | How far |"))).toEqual([]);
    const two =
      "# P\n\n## Remaining work\n\n| Pot | Ours | Theirs |\n| --- | --- | --- |\n| bowl | done | open |\n| jug | open | done |\n";
    expect(titledItemsOf(two)).toEqual([]);
  });
});

describe("a numbered list", () => {
  it("is work under a title that ends like a plan", () => {
    expect(titledItemsOf("# P\n\n## Firing plan\n\n1. dig\n2. fire\n\n## Plan for May\n\n1. sell\n")).toEqual([
      "5 task unknown dig",
      "6 task unknown fire",
      "10 task unknown sell",
    ]);
  });

  it("tells in order what stands elsewhere, where the document tracks or numbers its work", () => {
    const text = "# P\n\n## 1. Dig\n\n- [ ] dig\n\n## Firing sequence\n\n1. dig\n2. fire\n";
    expect(itemsOf(text)).toEqual(["3 step unknown", "5 task pending"]);
  });
});
