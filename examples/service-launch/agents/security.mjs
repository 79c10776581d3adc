/** Agent `security`: moves credentials that the scan finds out of the source and into the environment. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { log, progress, workOn, write } from "./kit.mjs";

/** The same command that the gate rests on. */
const SCAN = ["agents/secret-scan/secret-scan.mjs", "--check", "--report", "-", "service"];

await workOn({ 2.1: removeCredentials });

function removeCredentials() {
  const places = scan();
  progress(0.3, `credentials found by the scan: ${places.length}`);
  for (const { file, line } of places) replaceLiteral(file, line);
  progress(0.8, "scanning again");
  const left = scan();
  if (left.length > 0)
    throw new Error(`a person has to look at ${left.map(({ file, line }) => `${file}:${line}`).join(", ")}`);
  return `moved to the environment: ${places.map(({ file, line }) => `${file}:${line}`).join(", ") || "nothing"}`;
}

/** Where the scanner finds a credential. Its exit status says that there are some, so only the report counts here. */
function scan() {
  const { stdout } = spawnSync(process.execPath, SCAN, { encoding: "utf8" });
  return JSON.parse(stdout).runs[0].results.map(({ locations: [{ physicalLocation: place }] }) => ({
    file: place.artifactLocation.uri,
    line: place.region.startLine,
  }));
}

/** `adminToken = "…"` becomes `adminToken = process.env.LINKS_ADMIN_TOKEN ?? null`. */
function replaceLiteral(file, line) {
  const lines = readFileSync(file, "utf8").split("\n");
  const [, before, name] = /^(.*?\b(\w+)\s*=\s*)["'`]/.exec(lines[line - 1]) ?? [];
  if (!name) return log(`${file}:${line} is not an assignment; left as it is`);
  const variable = `LINKS_${name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toUpperCase()}`;
  lines[line - 1] = `${before}process.env.${variable} ?? null;`;
  write(file, lines.join("\n"));
}
