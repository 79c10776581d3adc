/** Check `health`: starts the service, probes it as ops/probes.json says, and prints its state. Exit 1 unless operational. */
import { setTimeout as pause } from "node:timers/promises";
import { withService } from "./running-service.mjs";
import { settingsFrom } from "./settings.mjs";

const probes = settingsFrom("ops/probes.json");
let good = 0;

await withService(async ({ base }) => {
  for (let count = 0; count < probes.count; count += 1) {
    if (await isGood(`${base}${probes.path}`)) good += 1;
    await pause(probes.everyMs);
  }
});

const state = good === probes.count ? probes.expect : good > 0 ? "degraded" : "down";
process.stdout.write(`health_probes=${probes.count}\n`);
process.stdout.write(`service_health=${state}\n`);
if (state !== probes.expect) process.exitCode = 1;

async function isGood(address) {
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(probes.timeoutMs) });
    return response.status === 200 && (await response.json()).state === probes.expect;
  } catch {
    return false;
  }
}
