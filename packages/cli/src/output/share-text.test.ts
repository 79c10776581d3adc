import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { boundedShare, filledCells, percentText, wholePercent } from "./share-text.ts";

describe("percentText", () => {
  it.each([
    [0, "0 %"],
    [1, "100 %"],
    [0.41, "41 %"],
    [0.29, "29 %"],
    [0.999999, "99 %"],
    [0.9999999999999, "99 %"],
    [0.001, "<1 %"],
    [1.7, "100 %"],
    [-1, "0 %"],
    [Number.NaN, "0 %"],
  ])("shows %d as %s", (share, text) => {
    expect(percentText(share)).toBe(text);
  });

  it("counts every whole percent of k in 100 exactly", () => {
    for (let k = 0; k <= 100; k += 1) expect(wholePercent(k / 100)).toBe(k);
  });
});

describe("filledCells", () => {
  it("is full only for all and empty only for nothing", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 2, max: 100 }), (share, cells) => {
        const filled = filledCells(share, cells);
        expect([filled === cells, filled === 0]).toEqual([share === 1, share === 0]);
      }),
      { seed: 1 },
    );
  });

  it("does not leave the bar for odd numbers", () => {
    expect(filledCells(Number.POSITIVE_INFINITY, 10)).toBe(0);
    expect(boundedShare(2)).toBe(1);
  });
});
