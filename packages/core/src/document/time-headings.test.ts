import { describe, expect, it } from "vitest";
import { itemsOf } from "../testing/read-text.ts";

describe("headings that are named for the time ahead", () => {
  it("are stages where there are several, with what closes their row", () => {
    const text =
      "# Harbour roadmap\n\n## Now (boats)\n\n1) **Tar the hulls**\n- Warm tar first.\n\n## Later (nets)\n\n1) **Knot the nets**\n\n## Research (tides)\n\n1) **Read the moon**\n";
    expect(itemsOf(text)).toEqual([
      "3 phase unknown",
      "5 task unknown",
      "8 phase unknown",
      "10 task unknown",
      "12 phase unknown",
      "14 task unknown",
    ]);
  });

  it("are stages when they count from today", () => {
    const text =
      "# Harbour\n\n### This week (priority: high)\n\n- [ ] Tar\n\n### Next 2 weeks (priority: low)\n\n- [ ] Knot\n";
    expect(itemsOf(text)).toEqual(["3 phase unknown", "5 task pending", "7 phase unknown", "9 task pending"]);
  });

  it("are none when one stands alone, or when nothing is soon", () => {
    expect(itemsOf("# Harbour\n\n## Later (nets)\n\nSome day.\n\n## Future (piers)\n\nMore.\n")).toEqual([]);
    expect(itemsOf("# Harbour\n\n## Now (boats)\n\nWe have six.\n")).toEqual([]);
  });
});
