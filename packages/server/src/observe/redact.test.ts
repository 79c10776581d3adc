import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { redact, redactText } from "./redact.ts";

const word = fc.stringMatching(/^[A-Za-z0-9]{16,40}$/);
/** Anything that may stand around a secret, as long as it does not lengthen it. */
const around = fc.stringMatching(/^[ ,;:/()"'{}\n\t]{0,8}$/);

/** A value in which a text stands somewhere. */
function holding(text: fc.Arbitrary<string>): fc.Arbitrary<unknown> {
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 5 },
      text,
      fc.array(tie("tree"), { minLength: 1, maxLength: 3 }),
      fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), tie("tree"), { minKeys: 1, maxKeys: 3 }),
      text.map((message) => new Error(message)),
      text.map((message) => new Error("outer", { cause: new Error(message) })),
      tie("tree").map((value) => new Map([["a", value]])),
      tie("tree").map((value) => new Set([value])),
      text.map((key) => ({ [key]: 1 })),
    ),
  }));
  return tree;
}

describe("what is logged", () => {
  test("holds no token of Holdpoint, wherever it stood", () => {
    const token = fc.record({ kind: fc.stringMatching(/^[a-z]{3,8}$/), secret: word, before: around, after: around });
    fc.assert(
      fc.property(
        token.chain(({ kind, secret, before, after }) =>
          holding(fc.constant(`${before}hp_${kind}_${secret}${after}`)).map((value) => ({ value, secret })),
        ),
        ({ value, secret }) => {
          expect(JSON.stringify(redact(value))).not.toContain(secret);
        },
      ),
    );
  });

  test("holds no authorization, in headers or in text", () => {
    fc.assert(
      fc.property(word, fc.constantFrom("Bearer", "bearer", "Basic", "BASIC"), around, (secret, scheme, before) => {
        const told = [
          redact({ headers: { authorization: `${scheme} ${secret}` } }),
          redact({ Authorization: secret, "X-Auth-Token": secret, "set-cookie": [secret] }),
          redactText(`${before}${scheme} ${secret}`),
        ];
        expect(JSON.stringify(told)).not.toContain(secret);
      }),
    );
  });

  test("holds no password of an address", () => {
    const password = fc.stringMatching(/^[A-Za-z0-9:@!$%^*]{12,30}$/);
    fc.assert(
      fc.property(password, fc.constantFrom("postgres", "redis", "https"), (secret, scheme) => {
        const told = redactText(`cannot reach ${scheme}://admin:${secret}@db.example:5432/holdpoint now`);
        expect(told).not.toContain(secret);
        expect(told).toContain("db.example:5432/holdpoint now");
      }),
    );
  });

  test("holds no value of a field whose name says that it is secret", () => {
    fc.assert(
      fc.property(
        word,
        fc.constantFrom("password", "databasePassword", "token", "access_token", "apiKey", "api_key", "client-secret"),
        (secret, name) => {
          expect(JSON.stringify(redact({ deep: [{ [name]: secret }] }))).not.toContain(secret);
        },
      ),
    );
  });

  test("keeps everything else as it is", () => {
    const plain = { operation: "listPlans", tokenId: "abc", tokens: null, at: 1, list: ["a", { b: true }], none: null };
    expect(redact(plain)).toEqual(plain);
    expect(redactText("see https://example.org/a@b and mail a@b.c")).toBe("see https://example.org/a@b and mail a@b.c");
  });

  test("tells of a cycle, bytes, dates and great numbers without failing", () => {
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    expect(JSON.stringify(redact(cycle))).toContain("[too deep]");
    expect(redact({ a: new Uint8Array(3), b: new Date(0), c: 10n, d: new Date(Number.NaN) })).toEqual({
      a: "[3 bytes]",
      b: "1970-01-01T00:00:00.000Z",
      c: "10",
      d: null,
    });
  });
});
