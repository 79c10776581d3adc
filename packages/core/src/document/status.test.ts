import { describe, expect, it } from "vitest";
import { titledItemsOf } from "../testing/read-text.ts";

describe("a state behind a colon that more words follow", () => {
  const titled = (entry: string): string[] => titledItemsOf(`# P\n\n## Tasks\n\n- ${entry}\n`);

  it("is one where its word means nothing else", () => {
    expect(titled("Parser: done, tested and shipped")).toEqual(["5 task done Parser"]);
    expect(titled("Roof: blocked, waiting")).toEqual(["5 task blocked Roof"]);
    expect(titledItemsOf("# P\n\n## Phase 1: Walls: complete, verified\n")).toEqual(["3 phase done Phase 1: Walls"]);
  });

  it("is none where it may be the first of several things to do", () => {
    expect(titled("Triage: review, accept, assign")).toEqual(["5 task unknown Triage: review, accept, assign"]);
  });
});

describe("a state in brackets before a title", () => {
  it("is cut from the title with its brackets", () => {
    const entries = [
      "(done) walls",
      "(✓ landed) floors",
      "**(done)** stairs",
      "(done 2030-05-01) a roof",
      "(not started) doors",
    ];
    expect(titledItemsOf(`# P\n\n## Tasks\n\n- ${entries.join("\n- ")}\n`)).toEqual([
      "5 task done walls",
      "6 task done floors",
      "7 task done stairs",
      "8 task done a roof",
      "9 task pending doors",
    ]);
    expect(titledItemsOf("# P\n\n| Task | Owner |\n|---|---|\n| (done) walls | Ada |\n")).toEqual([
      "5 task done walls",
    ]);
  });

  it("is none where the brackets say more", () => {
    expect(titledItemsOf("# P\n\n## Tasks\n\n- (merged PRs) review them\n")).toEqual([
      "5 task unknown (merged PRs) review them",
    ]);
  });
});
