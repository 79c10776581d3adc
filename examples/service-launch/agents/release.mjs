/** Agent `release`: seals the candidate, and opens it to traffic when the plan lets it get that far. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { agreedNumbers, progress, workOn, write } from "./kit.mjs";

const CANDIDATE = "release/candidate.json";

await workOn({ 4.1: sealCandidate, 4.2: openToTraffic });

function sealCandidate({ plan }) {
  const files = serviceFiles();
  progress(0.5, `sealing ${files.length} files`);
  const candidate = { files: Object.fromEntries(files.map((file) => [file, digestOf(readFileSync(file))])) };
  write(CANDIDATE, `${JSON.stringify(candidate, null, 2)}\n`);
  write("release/notes.md", notes(agreedNumbers(plan)));
  return `a candidate of ${files.length} files is sealed in ${CANDIDATE}`;
}

/** Refuses a candidate that is no longer what was signed for. */
function openToTraffic() {
  const sealed = readFileSync(CANDIDATE);
  const changed = Object.entries(JSON.parse(sealed).files).filter(
    ([file, digest]) => digestOf(readFileSync(file)) !== digest,
  );
  if (changed.length > 0) throw new Error(`changed since it was sealed: ${changed.map(([file]) => file).join(", ")}`);
  write("release/rollout.json", `${JSON.stringify({ traffic: "open", candidate: digestOf(sealed) }, null, 2)}\n`);
  return "the candidate is open to traffic";
}

function serviceFiles() {
  return readdirSync("service")
    .sort()
    .map((name) => `service/${name}`);
}

function digestOf(bytes) {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

function notes({ linkTtlDays, linksPerMinute, maxUrlLength }) {
  return [
    "# Link service, first release",
    "",
    `- A link lives ${linkTtlDays} days; the same address keeps its code for that time.`,
    `- A client may create ${linksPerMinute} links a minute; beyond that it is told when to come back.`,
    `- Addresses may have up to ${maxUrlLength} characters and begin with http or https.`,
    "",
  ].join("\n");
}
