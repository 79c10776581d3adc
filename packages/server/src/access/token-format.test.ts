import { describe, expect, test } from "vitest";
import { hashOf, isToken, makeToken } from "./token-format.ts";

describe("a token", () => {
  test("has its kind, 256 bits of chance and a checksum", () => {
    const made = Array.from({ length: 200 }, () => makeToken("agt"));
    expect(made.every((token) => /^hp_agt_[0-9A-Za-z]{49}$/.test(token) && isToken(token))).toBe(true);
    expect(new Set(made).size).toBe(200);
    expect(62n ** 43n > 2n ** 256n).toBe(true);
  });

  test("is told from a string with one character changed, or two swapped", () => {
    const token = makeToken("adm");
    for (let place = 3; place < token.length; place += 1) {
      if (token[place] === "_") continue;
      const other = token[place] === "a" ? "b" : "a";
      expect(isToken(token.slice(0, place) + other + token.slice(place + 1))).toBe(false);
    }
  });

  test("is not seen in what only resembles it", () => {
    const random = makeToken("run").slice(0, -6);
    for (const text of ["", "hp_adm_", `${random}000000`, `${makeToken("run")}x`, makeToken("run").toUpperCase()]) {
      expect(isToken(text)).toBe(false);
    }
  });

  test("is stored as 32 bytes that do not hold it", () => {
    const token = makeToken("opr");
    expect(hashOf(token)).toHaveLength(32);
    expect(hashOf(token).toString("latin1")).not.toContain(token.slice(7, 15));
  });

  test("has a checksum that does not change with the program", () => {
    expect(isToken(`hp_adm_${"0".repeat(43)}${KNOWN_CHECKSUM}`)).toBe(true);
  });
});

/** Of `hp_adm_` and 43 zeros. */
const KNOWN_CHECKSUM = "4PU3Kf";
