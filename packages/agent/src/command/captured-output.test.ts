import { createHash } from "node:crypto";
import { array, assert, configureGlobal, property, uint8Array } from "fast-check";
import { describe, expect, it } from "vitest";
import { CapturedOutput, LineSplitter, LONGEST_LINE } from "./captured-output.ts";

// The same cases in every run: a failure can be looked at, and a pass means the same everywhere.
configureGlobal({ seed: 1 });

describe("captured output", () => {
  it("has the digest and length of the whole, and keeps it whole while there is room", () => {
    const law = property(array(uint8Array({ maxLength: 50 })), (pieces) => {
      const captured = new CapturedOutput(40);
      for (const piece of pieces) captured.add(Buffer.from(piece));
      const whole = Buffer.concat(pieces);
      const result = captured.finish();
      expect(result.digest).toBe(`sha256:${createHash("sha256").update(whole).digest("hex")}`);
      expect(result.bytes).toBe(whole.length);
      expect(result.truncated).toBe(whole.length > 40);
      expect(result.truncated || result.text === whole.toString("utf8")).toBe(true);
    });
    expect(() => assert(law)).not.toThrow();
  });

  it("says how much of the middle it did not keep", () => {
    const captured = new CapturedOutput(4);
    for (const piece of ["abc", "def", "ghi"]) captured.add(Buffer.from(piece));
    expect(captured.finish().text).toBe("ab\n… 5 bytes not kept …\nhi");
  });

  it("keeps nothing when told so", () => {
    const captured = new CapturedOutput(0);
    captured.add(Buffer.from("abc"));
    expect(captured.finish()).toMatchObject({ bytes: 3, truncated: true });
  });
});

describe("lines", () => {
  it("are the same however the stream is cut", () => {
    const law = property(array(uint8Array({ maxLength: 5 })), (pieces) => {
      const cut = new LineSplitter();
      const whole = new LineSplitter();
      const bytes = Buffer.concat(pieces);
      const fromPieces = [...pieces.flatMap((piece) => cut.add(Buffer.from(piece))), ...cut.end()];
      expect(fromPieces).toEqual([...whole.add(bytes), ...whole.end()]);
    });
    expect(() => assert(law)).not.toThrow();
  });

  it("keep a letter whole that is cut in two", () => {
    const lines = new LineSplitter();
    const bytes = Buffer.from("ä\n");
    expect([lines.add(bytes.subarray(0, 1)), lines.add(bytes.subarray(1))]).toEqual([[], ["ä"]]);
  });

  it("that are too long are cut, and the next one is whole again", () => {
    const lines = new LineSplitter();
    const first = lines.add(Buffer.from("x".repeat(LONGEST_LINE + 10)));
    const rest = lines.add(Buffer.from("yyy\nnext\n"));
    expect(first).toEqual([]);
    expect([rest[0]?.length, rest[1]]).toEqual([LONGEST_LINE, "next"]);
  });
});
