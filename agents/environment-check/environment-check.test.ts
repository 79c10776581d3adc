import { createServer } from "node:net";
import { describe, expect, test } from "vitest";
import { metricsOf, workshop } from "../shared/workshop.testing.ts";

/** Calls `use` with a port that is held, and then with the same port when it is free again. */
async function withPort(use: (port: number, held: boolean) => Promise<void>): Promise<void> {
  const server = createServer();
  await new Promise<void>((done) => {
    server.listen(0, "127.0.0.1", done);
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  await use(port, true);
  await new Promise((done) => {
    server.close(done);
  });
  await use(port, false);
}

describe("environment-check", () => {
  test("hands over a report with one point for each requirement", async () => {
    const shop = workshop();
    const { outcome, evidence, artifacts } = await shop.attempt("environment-check", {
      args: ["--program", "git", "--env", "PATH", "--memory", "1", "--disk", "1"],
    });
    expect([outcome, artifacts]).toEqual(["done", ["build/environment.tap"]]);
    expect(evidence).toMatchObject({ environment: "ready", requirements_unmet: "0" });
    expect(evidence["free_disk"]).toMatch(/^\d+MiB$/);
    const reading = await shop.reading("build/environment.tap");
    expect([reading.anomalies, metricsOf(reading)]).toMatchObject([[], { tests_total: 5, tests_passed: 5 }]);
  });

  test.each([
    ["a newer Node", ["--node", "99"], /Node .* is 99 or newer/],
    ["more disk", ["--disk", "999999999"], /MiB of disk are free, 999999999 needed/],
    ["more memory", ["--memory", "999999999"], /MiB of memory are free/],
    ["a program", ["--program", "no-such-program"], /no-such-program is on the path/],
    ["a variable", ["--env", "NO_SUCH_VARIABLE"], /NO_SUCH_VARIABLE is set/],
  ])("says that %s is missing", async (_what, args, says) => {
    const { exit, metrics, stderr } = await workshop().check("environment-check", [
      "--memory",
      "1",
      "--disk",
      "1",
      ...args,
    ]);
    expect([exit, metrics]).toMatchObject([1, { environment: "not_ready", requirements_unmet: "1" }]);
    expect(stderr).toMatch(says);
  });

  test("tells a port that is free from one that answers", async () => {
    await withPort(async (port, held) => {
      const small = ["--memory", "1", "--disk", "1"];
      const free = await workshop().check("environment-check", [...small, "--free", String(port)]);
      expect(free.exit).toBe(held ? 1 : 0);
      const open = await workshop().check("environment-check", [...small, "--open", `127.0.0.1:${port}`]);
      expect(open.exit).toBe(held ? 0 : 1);
    });
  });

  test.each([
    [["--node", "new"]],
    [["--free", "http"]],
    [["--free", "70000"]],
    [["--open", "8080"]],
    [["--disk", "much"]],
  ])("refuses %j", async (args) => {
    const { exit, stdout } = await workshop().check("environment-check", args);
    expect([exit, stdout]).toEqual([64, ""]);
  });
});
