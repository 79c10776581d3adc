import { readFileSync, writeFileSync } from "node:fs";
import { REASONS, type Verdict } from "@holdpoint/core";
import { describe, expect, it } from "vitest";
import { DISHONEST } from "./dishonest.ts";
import { briefly, type Fixture, judgeFixture, opens } from "./fixture.ts";
import { HONEST } from "./honest.ts";

const PAGE = new URL("../../docs/reference/silent-pass.md", import.meta.url);

async function judgeAll(fixtures: readonly Fixture[]): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const fixture of fixtures) verdicts.push(await judgeFixture(fixture));
  return verdicts;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

/** The page of the reference, from the fixtures and what became of them. */
async function page(): Promise<string> {
  const dishonest = await judgeAll(DISHONEST);
  const honest = await judgeAll(HONEST);
  const rows = DISHONEST.map((fixture, i) => {
    const verdict = dishonest[i];
    return `| ${i + 1} | ${cell(fixture.name)} | ${cell(fixture.seenIn)} | ${verdict?.verdict ?? ""} | \`${verdict?.reason ?? ""}\` |`;
  });
  const good = HONEST.map(
    (fixture, i) =>
      `| ${i + 1} | ${cell(fixture.name)} | ${honest[i]?.verdict ?? ""} | \`${honest[i]?.reason ?? ""}\` |`,
  );
  return `# Silent passes

A gate system passes silently when evidence that is missing, odd, stale or unproven counts as success. Each row of the
first table is such a case; it goes through readers, binding and judge as real evidence does, and none opens its gate.
Each row of the second is in order, and opens it. This page is written by \`test/silent-pass\`; change the fixtures there.

Dishonest or odd: ${DISHONEST.length}, opened: ${dishonest.filter((verdict) => opens(verdict)).length}. Honest: ${HONEST.length}, opened: ${honest.filter((verdict) => opens(verdict)).length}.

## None of these opens a gate

| # | what happens | known from | verdict | reason |
| --- | --- | --- | --- | --- |
${rows.join("\n")}

## All of these open theirs

| # | what happens | verdict | reason |
| --- | --- | --- | --- |
${good.join("\n")}
`;
}

describe("no silent pass", () => {
  it.each(DISHONEST.map((fixture) => [fixture.name, fixture] as const))("%s", async (_name, fixture) => {
    const verdict = await judgeFixture(fixture);
    expect(opens(verdict)).toBe(false);
    expect(briefly(verdict)).toBe(fixture.expected);
    expect(REASONS).toContain(verdict.reason);
    expect(verdict.dueAt === null).toBe(verdict.verdict !== "inconclusive");
  });
  it("covers enough ways", () => {
    expect(DISHONEST.length).toBeGreaterThanOrEqual(40);
    expect(new Set(DISHONEST.map((fixture) => fixture.name)).size).toBe(DISHONEST.length);
  });
});

describe("honest evidence", () => {
  it.each(HONEST.map((fixture) => [fixture.name, fixture] as const))("opens: %s", async (_name, fixture) => {
    const verdict = await judgeFixture(fixture);
    expect(briefly(verdict)).toBe(fixture.expected);
    expect(opens(verdict)).toBe(true);
  });
  it("comes in enough kinds", () => {
    expect(HONEST.length).toBeGreaterThanOrEqual(15);
  });
});

describe("the page of the reference", () => {
  it("tells what the suite found", async () => {
    const text = await page();
    if (process.env["HOLDPOINT_WRITE"] === "1") writeFileSync(PAGE, text);
    // Where it differs, HOLDPOINT_WRITE=1 writes it anew.
    expect(readFileSync(PAGE, "utf8")).toBe(text);
  });
});
