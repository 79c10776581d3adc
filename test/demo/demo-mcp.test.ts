import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestPlane, type TestPlane } from "../../packages/server/src/mcp/mcp.testing.ts";
import { connectRecorded, REVISIONS, type Revision } from "./recorded-client.ts";
import { reportFor } from "./report-for.ts";
import { sidecarFor } from "./sidecar-for.ts";
import { workThePlan } from "./work-the-plan.ts";

const DOCUMENT = readFileSync(join(import.meta.dirname, "PLAN.md"), "utf8");
const SIDECAR = readFileSync(join(import.meta.dirname, "PLAN.holdpoint.yaml"), "utf8");

let plane: TestPlane;

beforeAll(async () => {
  plane = await startTestPlane();
});

afterAll(async () => {
  await plane.stop();
});

/** What the test plane takes for a token. */
function by(tenant: string, scope: string): string {
  return `${tenant}:${scope}`;
}

interface Worked {
  readonly document: string;
  readonly sidecar: string;
  readonly revision: Revision;
}

/** A plan of a tenant of its own, and what an agent did for it. */
async function worked(
  tenant: string,
  { document = DOCUMENT, sidecar = SIDECAR, revision = "2026-07-28" }: Partial<Worked> = {},
): ReturnType<typeof workThePlan> {
  const planner = await connectRecorded({ url: plane.url, token: by(tenant, "plan"), revision });
  const { data } = await planner.call("plan_import", { source: "PLAN.md", document, sidecar });
  await planner.close();
  const ada = await connectRecorded({ url: plane.url, token: by(tenant, "work"), revision });
  const done = await workThePlan(ada, { plan: String(data["plan"]), capabilities: [], most: 20 });
  await ada.close();
  return done;
}

describe("the demonstration of an agent over MCP", () => {
  test.each(REVISIONS)("finds a task over %s, is refused without evidence, and finishes with it", async (revision) => {
    const { accepted, blocked, story } = await worked(`whole-${revision}`, { revision });
    expect([accepted, blocked]).toEqual([2, 0]);
    expect(story.map(({ tool, refused }) => (refused ? `${tool} refused` : tool))).toEqual([
      "work_next",
      "work_finish refused",
      "work_next",
      "evidence_submit",
      "work_finish",
    ]);
    expect(story[1]?.data).toMatchObject({ code: "HP9304", missing: [{ asks: "line_coverage >=80%" }] });
  });

  test("gives a task to a person whose gate no report can open", async () => {
    const document =
      "# Told\n\n## Phase 1: Words\n\n### Step 1.1: Write it\n\n**Quality gate**: coverage >=80% for 24 hours\n";
    const { accepted, blocked, story } = await worked("person", { document, sidecar: sidecarFor(document, "PLAN.md") });
    expect({ accepted, blocked, story }).toEqual({ accepted: 0, blocked: 1, story: [] });
  });

  test("reports a number or a state that meets what a gate asks, and nothing for what is no measurement", () => {
    const report = reportFor([
      { metric: "line_coverage", asks: ">=80%" },
      { metric: "search_p95", asks: "<200ms" },
      { metric: "approval", asks: "1 of release-manager" },
      { metric: "smoke", asks: "passed" },
    ]);
    expect(report).toContain("line_coverage=80%\nsearch_p95=180ms\n");
    expect(report).not.toContain("approval");
    expect(reportFor([{ metric: null, asks: ">=80%" }])).toBeNull();
  });

  test("binds what one number can open in the sidecar that it makes", () => {
    const made = sidecarFor(DOCUMENT, "PLAN.md");
    expect(JSON.parse(made)).toMatchObject({ minTier: "E1" });
    expect(made).toContain('{"metric":"search_p95"}');
  });
});
