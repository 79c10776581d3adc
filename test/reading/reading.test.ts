import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readPlan } from "../../packages/core/src/document/read-plan.ts";
import { DOUBTFUL_LABELS } from "./doubtful-labels.ts";
import {
  allLabels,
  documentsBelow,
  doubtfulLines,
  labelOf,
  publishedPage,
  publishedTable,
  ratios,
  scoreDocument,
  scoreFolder,
  tally,
} from "./score.ts";

const DOCUMENTS = join(dirname(fileURLToPath(import.meta.url)), "documents");

describe("our own documents, one per dialect", () => {
  it.each(documentsBelow(DOCUMENTS).map((path) => [basename(path), path]))(
    "%s reads as a person reads it",
    (name, path) => {
      const bytes = readFileSync(path);
      const label = labelOf(bytes);
      if (label === null) throw new Error(`${name} has no label`);
      const { items, gates, restated } = scoreDocument(name, readPlan(bytes, { fileName: name }), label);
      expect({ missed: items.missed, extra: items.extra }).toEqual({ missed: [], extra: [] });
      expect({ missed: gates.missed, extra: gates.extra }).toEqual({ missed: [], extra: [] });
      expect({ missed: restated.missed, extra: restated.extra }).toEqual({ missed: [], extra: [] });
    },
  );

  it("are at least ten, and hold every kind of item", () => {
    const scores = scoreFolder(DOCUMENTS);
    expect(scores.length).toBeGreaterThanOrEqual(10);
    expect(ratios(scores.map(({ items }) => items))).toMatchObject({ precision: 1, recall: 1 });
  });
});

describe("the labels", () => {
  it("call at most 3 % of their lines doubtful, but for those that are listed", () => {
    const over = allLabels().flatMap(({ digest, label }) => {
      const { doubtful, lines } = doubtfulLines(label);
      return doubtful > lines * 0.03 ? [`${digest} ${doubtful} of ${lines}`] : [];
    });
    expect(over).toEqual(DOUBTFUL_LABELS);
  });
});

describe("the scoring", () => {
  it("counts an entry that stands twice twice", () => {
    expect(tally(["a", "a", "b"], ["a", "c"])).toEqual({ right: 1, missed: ["a", "b"], extra: ["c"] });
  });

  it("gives 1 for nothing of nothing", () => {
    expect(ratios([{ right: 0, missed: [], extra: [] }])).toMatchObject({ precision: 1, recall: 1 });
  });

  it("leaves doubtful lines out on both sides, and gates without criterion apart", () => {
    const text = "# P\n\n- [ ] one\n- [x] two\n\n## Quality gates\n\n- [ ] Uptime: soon enough\n";
    const read = readPlan(new TextEncoder().encode(text), { fileName: "P.md" });
    const label = {
      digest: read.digest,
      items: [
        { line: 3, kind: "task", claimed: "done" },
        { line: 8, kind: "criterion", claimed: "pending" },
      ],
      gates: [],
      doubtful: [{ line: 3, why: "either" }],
    };
    const score = scoreDocument("P.md", read, label);
    expect(score.items).toEqual({ right: 1, missed: [], extra: ["4 task done"] });
    expect(score).toMatchObject({ untyped: 1, gates: { right: 0, missed: [], extra: [] } });
  });

  it("publishes digests and counts, and no names of files", () => {
    const rows = publishedTable(scoreFolder(DOCUMENTS)).split("\n");
    expect(rows[0]).toBe("| document | lines | items | precision | recall | gates | precision | recall |");
    expect(rows.slice(2, -1).every((row) => /^\| `[0-9a-f]{16}` \| \d+ \|/.test(row))).toBe(true);
    expect(rows.at(-1)).toMatch(/^\| \*\*all \d+\*\* \|/);
    expect(rows.join("\n")).not.toMatch(/\.md|\.yaml/);
  });

  it("says on the page how many lines leave the score", () => {
    const [score] = scoreFolder(DOCUMENTS);
    if (score === undefined) throw new Error("no document is scored");
    const page = publishedPage([{ ...score, doubted: { doubtful: 3, lines: 40 } }]);
    expect(page.replace(/\s+/g, " ")).toContain("leave the score on both sides: 3 of the 40 labelled lines, 7.5 %.");
  });

  it("leaves documents without a label out", () => {
    const folder = mkdtempSync(join(tmpdir(), "score-"));
    writeFileSync(join(folder, "x.md"), "# never labelled\n");
    expect(scoreFolder(folder)).toEqual([]);
    rmSync(folder, { recursive: true });
  });
});
