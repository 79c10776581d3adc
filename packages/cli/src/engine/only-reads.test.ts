import { expect, test } from "vitest";
import { onlyReads } from "./only-reads.ts";

test.each([
  "wc -l < work.txt",
  "echo lines=$(cat work.txt 2>/dev/null | wc -l)",
  "echo lines=$(cat ./work.txt || true)",
  "cd sub && grep -c x work.txt",
  "test -f a && [ -s work.txt ]",
  "if [ -e go ]; then echo size=1; fi",
])("%s only looks into files", (command) => {
  expect(onlyReads(command)).toBe(true);
});

test.each([
  "sh check.sh",
  "./check.sh",
  "cat check.sh | sh",
  "cat notes && node checks/load.mjs --all",
  "X=1 check.sh",
  'eval "$(cat check.sh)"',
  "$(cat command.txt)",
  "`cat command.txt`",
  "X=$(sh check.sh)",
  "if true; then sh check.sh; fi",
  "echo size=$(sh check.sh)",
  "find . -exec sh {} +",
  "npm test",
  ". ./check.sh",
])("%s may run what it names", (command) => {
  expect(onlyReads(command)).toBe(false);
});
