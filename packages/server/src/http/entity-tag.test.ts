import { describe, expect, test } from "vitest";
import { entityTag, isNamed, preconditionOf } from "./entity-tag.ts";

const TAG = entityTag("sha256:ab");

describe("an entity tag", () => {
  test.each([
    ['"sha256:ab"', true],
    ['W/"sha256:ab"', true],
    ['"sha256:cd", "sha256:ab"', true],
    ["*", true],
    ['"sha256:cd"', false],
    ["sha256:ab", false],
  ])("is named by If-None-Match: %s – %s", (header, expected) => {
    expect(isNamed(header, TAG)).toBe(expected);
  });
});

describe("the condition of a write", () => {
  const asks = (headers: Readonly<Record<string, string>>, digest: string | null): boolean | undefined =>
    preconditionOf((name) => headers[name] ?? null)?.(digest);

  test.each([
    [{ "if-match": '"sha256:ab"' }, "sha256:ab", true],
    [{ "if-match": '"sha256:ab"' }, "sha256:cd", false],
    [{ "if-match": '"sha256:ab"' }, null, false],
    [{ "if-match": 'W/"sha256:ab"' }, "sha256:ab", false],
    [{ "if-match": "*" }, "sha256:ab", true],
    [{ "if-match": "*" }, null, false],
    [{ "if-none-match": "*" }, null, true],
    [{ "if-none-match": "*" }, "sha256:ab", false],
    [{ "if-none-match": '"sha256:cd"' }, "sha256:ab", true],
    [{ "if-match": "*", "if-none-match": '"sha256:ab"' }, "sha256:ab", false],
  ])("%j of a document %s is met: %s", (headers, digest, expected) => {
    expect(asks(headers, digest)).toBe(expected);
  });

  test("is none where no header asks for anything", () => {
    expect(preconditionOf(() => null)).toBeNull();
  });
});
