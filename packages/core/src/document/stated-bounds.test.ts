import { describe, expect, it } from "vitest";
import { readPlan } from "./read-plan.ts";
import { boundedText, isTargeted } from "./stated-bounds.ts";

const read = (text: string): ReturnType<typeof readPlan> =>
  readPlan(new TextEncoder().encode(text), { fileName: "PLAN.md" });
const gates = (text: string): string[] =>
  read(text).gates.map(({ line, criterion }) =>
    criterion === null
      ? `${line} untyped`
      : `${line} ${criterion.op} ${String(criterion.value)} ${criterion.unit ?? "-"}`,
  );

describe("a bound that an entry states in words", () => {
  it.each([
    ["Max nesting depth: 10", "<= 10 -"],
    ["Maximum shard weight: 50 MB", "<= 50 MB"],
    ["Minimum coverage: 80%", ">= 80 %"],
    ["Heap: 512MB heap limit", "<= 512 MB"],
    ["Cache with 20-file limit", "<= 20 -"],
    ["Snippets: 4KB cap per request", "<= 4 KB"],
    ["Startup time: 5s", "= 5 s"],
    ["Lines: 27% (target: 70%)", "= 70 %"],
    ["Coverage reaches 70% (currently 3.2%)", "= 70 %"],
  ])("is a gate with its sign among targets: %s", (entry, gate) => {
    expect(gates(`# P\n\n## Performance targets\n\n- ${entry}\n`)).toEqual([`5 ${gate}`]);
  });

  it("has the same sign in a list of gates and in a criterion", () => {
    expect(gates("# P\n\n## Quality gates\n\n- Max nesting depth: 10\n")).toEqual(["5 <= 10 -"]);
    expect(gates("# P\n\n## Success criteria\n\n- [ ] Max nesting depth: 10\n")).toEqual(["5 <= 10 -"]);
  });

  it("is shown as the document says it", () => {
    expect(read("# P\n\n## Quality gates\n\n- Max nesting depth: 10\n").gates[0]?.text).toBe("Max nesting depth: 10");
  });

  it.each([
    "Keep the queue under the 4KB limit",
    "Raise the 20-file limit",
    "Without a 4KB limit",
    "Maxim: 10 of us",
    "Nothing to say",
    `Max depth: 10 ${"a".repeat(2000)}`,
  ])("is left alone where something compares already or nothing is bound: %s", (entry) => {
    expect(boundedText(entry)).toEqual({ text: entry, changed: false });
  });

  it("is no gate where only a measurement of today or an estimate stands", () => {
    expect(gates("# P\n\n## Success criteria\n\n- Glazes are tested (currently 3.2%)\n- Meeting: 30 min\n")).toEqual(
      [],
    );
    expect(gates("# P\n\n## Success criteria\n\n- Glazes are tested (now < 3%)\n")).toEqual(["5 < 3 %"]);
  });
});

describe("a measurement with its target", () => {
  it("is a criterion in a list that tells how it stands", () => {
    const { items, gates: stated } = read(
      "# P\n\n## Phase 1: Pots\n\n**Current state**:\n- **Bowls**: 27.7% (target: 70%)\n- **Jugs**: 69.8% (close to target!)\n",
    );
    expect(items.map(({ line, kind }) => `${line} ${kind}`)).toEqual(["3 phase", "6 criterion"]);
    expect(stated.map(({ line, criterion }) => `${line} ${criterion?.value}`)).toEqual(["6 70"]);
  });

  it("needs both", () => {
    expect(isTargeted("Bowls: 27% (goal 70%)")).toBe(true);
    expect(isTargeted("Bowls: 27% (close to target)")).toBe(false);
    expect(isTargeted("Bowls: many (target: 70%)")).toBe(false);
  });
});

describe("a task that is called a target", () => {
  it("demands what it states", () => {
    expect(
      gates("# P\n\n## Phase 1: Pots\n\n- [ ] Target: 90%+ glazed on all sides\n- [ ] Glaze 90% of them\n"),
    ).toEqual(["5 >= 90 %"]);
  });
});
