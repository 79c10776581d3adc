/**
 * Check `health`: starts the service and lets the first-party agent `service-health` probe it as ops/probes.json says.
 * Exit 1 unless operational.
 */
import { withService } from "./running-service.mjs";
import { settingsFrom } from "./settings.mjs";

const { path, expect, count, everyMs, timeoutMs } = settingsFrom("ops/probes.json");

await withService(async ({ base }) => {
  const options = {
    url: `${base}${path}`,
    expect: `state=${expect}`,
    samples: count,
    every: everyMs,
    timeout: timeoutMs,
  };
  process.argv.push("--check", ...Object.entries(options).map(([name, value]) => `--${name}=${value}`));
  // In this process: a soak runs the check again and again, and starting one more each time would thin out its samples.
  await import("../agents/service-health/service-health.mjs");
});
