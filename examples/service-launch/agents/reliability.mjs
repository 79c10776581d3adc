/** Agent `reliability`: the load profile, and the probes that operations will use. */
import { agreedNumbers, progress, workOn, write } from "./kit.mjs";

const REQUESTS = 600;
const WARMUP = 60;
/** One request in five creates a link; the others follow one. */
const CREATE_EVERY = 5;

await workOn({ 3.2: writeProfile, 3.3: writeProbes });

/** Enough clients that each stays below half of its quota, however quickly the load is over. */
function writeProfile({ plan }) {
  const { linksPerMinute, capacity } = agreedNumbers(plan);
  const creates = WARMUP + REQUESTS / CREATE_EVERY;
  if (creates > capacity) throw new Error(`a load that creates ${creates} links does not fit into ${capacity}`);
  const clients = Math.ceil(creates / Math.max(1, Math.floor(linksPerMinute / 2)));
  const profile = { requests: REQUESTS, warmup: WARMUP, connections: 8, createEvery: CREATE_EVERY, clients };
  progress(0.5, `${clients} clients`);
  write("load/profile.json", `${JSON.stringify(profile, null, 2)}\n`);
  return `a load of ${REQUESTS} requests by ${clients} clients is described in load/profile.json`;
}

function writeProbes() {
  const probes = { path: "/health", expect: "operational", count: 3, everyMs: 25, timeoutMs: 2_000 };
  progress(0.5, `probing ${probes.path}`);
  write("ops/probes.json", `${JSON.stringify(probes, null, 2)}\n`);
  write("ops/runbook.md", runbook(probes));
  return "probes and a runbook are in ops/";
}

function runbook({ path, expect }) {
  return [
    "# When the probe is not content",
    "",
    `The probe asks \`GET ${path}\` and expects the state \`${expect}\`.`,
    "",
    "- **degraded**: the store is full. Links expire by themselves; until then, creating answers 507 and following works.",
    "- **no answer**: the process is gone. Start it again; links live in memory and are created anew by their owners.",
    "",
  ].join("\n");
}
