import { describe, expect, it } from "vitest";
import { itemsOf, readText } from "../testing/read-text.ts";

const tasks =
  "- [ ] **Task 1: Dig the pond**\n- [ ] **Task 2: Lay the clay**\n- [ ] **Task 3: Plant the reeds and rushes**\n";

describe("a list of boxes outside of stages", () => {
  it("tells earlier work again when nearly all of its titles stand above", () => {
    const text = `# Pond\n\n## Task Breakdown\n\n${tasks}\n## Tasks created\n\n- [x] #11 - Lay the clay (parallel: true)\n- [ ] #12 - Dig the pond\n- [ ] #13 - Plant the reeds and rushes early\n`;
    expect(itemsOf(text)).toEqual(["5 task pending", "6 task pending", "7 task pending"]);
    expect(readText(text).restated.map(({ line, claimed }) => `${line} ${claimed}`)).toEqual([
      "11 done",
      "12 pending",
      "13 pending",
    ]);
  });

  it("is work of its own when it shares only some titles", () => {
    const text = `# Pond\n\n## Task Breakdown\n\n${tasks}\n## More tasks\n\n- [ ] Dig the pond\n- [ ] Fence it\n- [ ] Fill it\n`;
    expect(itemsOf(text)).toHaveLength(6);
  });

  it("is work of its own in a stage, where the same steps come again and again", () => {
    const steps = "- [ ] Dig\n- [ ] Line it\n- [ ] Fill it\n";
    expect(itemsOf(`# Pond\n\n## Phase 1: North\n\n${steps}\n## Phase 2: South\n\n${steps}`)).toHaveLength(8);
  });
});
