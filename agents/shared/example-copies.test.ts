import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const OURS = join(import.meta.dirname, "..");
const THEIRS = join(import.meta.dirname, "../../examples/service-launch/agents");
const copies = readdirSync(OURS, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(join(THEIRS, entry.name)))
  .flatMap(({ name }) => readdirSync(join(THEIRS, name)).map((file) => `${name}/${file}`));

test("the example uses several first-party agents", () => {
  expect(copies.filter((file) => !file.startsWith("shared/")).length).toBeGreaterThanOrEqual(5);
});

test.each(copies)("the example's copy of %s is the agent's own file; holdpoint agent add writes it", (file) => {
  expect(readFileSync(join(THEIRS, file), "utf8")).toBe(readFileSync(join(OURS, file), "utf8"));
});
