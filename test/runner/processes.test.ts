import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { ensureBuilt } from "../e2e/built-cli.ts";
import { endAll, startCli, until } from "./processes.ts";

let dir: string;

beforeAll(ensureBuilt);
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "holdpoint-processes-"));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await endAll();
  rmSync(dir, { recursive: true });
});

it("a process of a test knows nothing of the developer's own database, server and settings, and all that the test tells it", async () => {
  for (const [name, value] of [
    ["DATABASE_URL", "postgres://own.example/precious"],
    ["REDIS_URL", "redis://own.example"],
    ["HOLDPOINT_URL", "http://own.example"],
    ["HOLDPOINT_PORT", "4711"],
    ["OTEL_EXPORTER_OTLP_ENDPOINT", "http://own.example:4318"],
  ] as const) {
    vi.stubEnv(name, value);
  }
  const explained = startCli(["config", "explain", "--json"], dir, { HOLDPOINT_LOG_LEVEL: "warn" });
  await until(() => explained.child.exitCode !== null);
  const { settings } = JSON.parse(explained.text()) as { settings: { env: string; source: string }[] };
  expect(settings.flatMap(({ env, source }) => (source === "env" ? [env] : []))).toEqual(["HOLDPOINT_LOG_LEVEL"]);
  expect(explained.text()).not.toContain("own.example");
});
