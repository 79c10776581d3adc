import { startTestServer, type TestServer } from "@holdpoint/store/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Bench, openBench, outcomes, type Report, worker } from "./run-bench.testing.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer(undefined);
});
afterAll(() => server.stop());

/** A tenth of the slots is enough, so that a slow machine need not look into each. */
const TEXT = '# Plan\n\n## Step 1: Work\n\n```yaml\nquality_gates:\n  soak: "6s validation coverage 10%"\n```\n';
const CHECK = "holdpoint: sidecar/v1\nchecks:\n  - { id: c, run: echo soak=true, inputs: [x.txt] }\n";
const SIDECAR = `${CHECK}gates:\n  soak: { check: c }\n`;

const bench = async (files: Readonly<Record<string, string>>): Promise<Bench> =>
  openBench({ ...files, ...worker("echo x > x.txt") }, await server.migratedDatabase(), true);

function says(report: Report): string {
  const [gate] = report.gates;
  return `${gate?.verdict} ${gate?.reason} ${gate?.freshness}`;
}

describe("a window on a task that is worked in a worktree", { timeout: 120_000 }, () => {
  test("is watched in the worktree, and its pass carries over into the plan's folder", async () => {
    const { run: go, verify } = await bench({ "PLAN.md": TEXT, "PLAN.holdpoint.yaml": SIDECAR });
    const { code, report } = await go({ trust: true, wait: "60s" });
    expect([code, outcomes(report), says(report)]).toEqual([0, ["accepted"], "pass met fresh"]);
    expect([(await verify()).code, (await go({ trust: true })).code]).toEqual([0, 0]);
  });

  test("goes on in the next run, whatever the plan's folder held meanwhile", async () => {
    const { run: go } = await bench({ "PLAN.md": TEXT, "PLAN.holdpoint.yaml": SIDECAR });
    const first = await go({ trust: true, wait: "1s" });
    expect([first.code, says(first.report)]).toEqual([2, "inconclusive window_incomplete fresh"]);
    const { code, report } = await go({ trust: true, wait: "60s" });
    expect([code, report.work?.tasks.accepted, says(report)]).toEqual([0, 1, "pass met fresh"]);
    // More good runs than this run has made: those of the first count.
    const [, goodRuns] = /^(\d+) good runs/.exec(report.gates[0]?.explanation ?? "") ?? [];
    expect(Number(goodRuns)).toBeGreaterThan(report.checks.length);
  });

  test("is said to begin anew when a tick in the plan is a change of what its check watches", async () => {
    const text = TEXT.replace("## Step 1: Work\n", "## Phase 1: One\n\n- [ ] T-1 Do it\n");
    const checks = text.replace(/```\n$/, 'checks:\n  - "echo soak=true"\n```\n');
    const { run: go } = await bench({ "PLAN.md": checks });
    const { err, report } = await go({ trust: true });
    expect(report.work?.writtenBack.length).toBe(1);
    expect(err).toContain("the window of soak begins anew: its check names no inputs");
  });

  test("begins anew in the plan's folder when the files that count change after the merge", async () => {
    const { folder, run: go, verify } = await bench({ "PLAN.md": TEXT, "PLAN.holdpoint.yaml": SIDECAR });
    await go({ trust: true, wait: "60s" });
    folder.write("x.txt", "y\n");
    const { code, report } = await verify();
    expect([code, says(report)]).toEqual([2, "inconclusive window_incomplete fresh"]);
  });
});
