import { describe, expect, test } from "vitest";
import { contentFault, MOST_DEPTH, storable } from "./storable.ts";

describe("what cannot be kept", () => {
  test("is found in texts and names of fields, at any depth, with its path", () => {
    expect(contentFault({ a: [{ b: "x\0" }] })).toEqual({ kind: "unstorable", field: "a.0.b" });
    expect(contentFault({ a: { "b\ud800": 1 } })).toEqual({ kind: "unstorable", field: "a" });
    expect(contentFault({ a: "\udc00 alone" })).toEqual({ kind: "unstorable", field: "a" });
    expect(contentFault({ a: ["😀", null, 1, true, "\\u0000"] })).toBeNull();
  });

  test("is let through where it is excepted, and there alone", () => {
    const except = ["pieces.*.text"];
    expect(contentFault({ pieces: [{ text: "ok" }, { text: "\0" }] }, except)).toBeNull();
    expect(contentFault({ pieces: [{ text: { text: "\0" } }] }, except)).toMatchObject({ field: "pieces.0.text.text" });
    expect(contentFault({ text: "\0" }, except)).toMatchObject({ field: "text" });
  });

  test("is what is nested without an end", () => {
    let value: unknown = 1;
    for (let at = 0; at < MOST_DEPTH; at += 1) value = [value];
    expect(contentFault(value)).toBeNull();
    expect(contentFault([value])).toEqual({ kind: "deep", field: "" });
  });
});

describe("making storable", () => {
  test("replaces it in texts and names of fields, and nothing besides", () => {
    const value = { "a\0": ["x\0y\0", { "b\ud800": { c: "\udc00", d: "😀" } }], n: 1, none: null };
    expect(storable(value)).toEqual({
      "a\ufffd": ["x\ufffdy\ufffd", { "b\ufffd": { c: "\ufffd", d: "😀" } }],
      n: 1,
      none: null,
    });
    expect(storable("\0")).toBe("\ufffd");
    expect(storable(7)).toBe(7);
  });

  test("leaves alone what is excepted, so that nothing is left to be refused", () => {
    const value = { pieces: [{ text: "\0", name: "\0" }], text: "\0" };
    const except = ["pieces.*.text"];
    const made = storable(value, except);
    expect(made).toMatchObject({ pieces: [{ text: "\0", name: "\ufffd" }], text: "\ufffd" });
    expect(contentFault(made, except)).toBeNull();
  });

  test("leaves what is nested without an end to be refused", () => {
    let value: unknown = "\0";
    for (let at = 0; at <= MOST_DEPTH; at += 1) value = [value];
    expect(contentFault(storable(value))).toEqual({ kind: "deep", field: "" });
  });
});
