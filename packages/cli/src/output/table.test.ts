import { describe, expect, it } from "vitest";
import { createStyle } from "./style.ts";
import { type Column, tableLines } from "./table.ts";
import { textWidth } from "./text-width.ts";

const style = createStyle({ isTerminal: false, columns: 40, env: { LANG: "C.UTF-8" } });
const columns: Column[] = [
  { header: "line", align: "right" },
  { header: "title", flexible: true },
  { header: "verdict" },
];

describe("tableLines", () => {
  it("aligns columns by cells, also with wide characters and colours", () => {
    const [, first, second] = tableLines(
      columns,
      [
        ["7", "限流", "pass"],
        ["12", "plain", "\u001b[31mfail\u001b[39m"],
      ],
      style,
    );
    expect(textWidth(first?.split("pass")[0] ?? "")).toBe(textWidth(second?.split("\u001b[31mfail")[0] ?? ""));
    expect(first?.startsWith("   7  限流")).toBe(true);
  });

  it("truncates the flexible column and keeps the others whole", () => {
    const lines = tableLines(columns, [["7", "a".repeat(100), "inconclusive"]], style, { indent: 2 });
    expect(lines[1]).toContain("…  inconclusive");
    for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(40);
  });

  it("shares the loss between flexible columns, the widest first", () => {
    const two: Column[] = [
      { header: "a", flexible: true },
      { header: "b", flexible: true },
    ];
    const [, line] = tableLines(two, [["x".repeat(60), "y".repeat(15)]], style);
    expect(line).toContain("y".repeat(15));
    const [, even] = tableLines(two, [["x".repeat(60), "y".repeat(60)]], style);
    expect(textWidth(even ?? "")).toBe(40);
  });

  it("cuts the whole line as the last resort, and never wraps", () => {
    const many = Array.from({ length: 9 }, (_, index): Column => ({ header: `column ${index}` }));
    const lines = tableLines(many, [many.map(() => "wide content")], style);
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(40);
  });

  it("has no trailing blanks, no header without names, and nothing without rows", () => {
    expect(tableLines(columns, [], style)).toEqual([]);
    expect(tableLines([{ header: "" }, { header: "" }], [["a", ""]], style)).toEqual(["a"]);
  });

  it("shows a missing cell as empty", () => {
    expect(tableLines(columns, [["1"]], style)[1]).toBe("   1");
  });
});
