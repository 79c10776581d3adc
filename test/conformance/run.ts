/**
 * `npm run conformance:mcp`: the published conformance suite of the Model Context Protocol against our handler, every
 * scored server scenario of both revisions. With `-- --short`, only the current revision.
 *
 * The suite needs Node 22 and is installed from the npm registry, with a Node of that version, from npm too, where this one is older,
 * into a folder of its own that is used again by the next run.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installApart } from "../../tools/install-apart.ts";
import { scoredScenarios, scoreOf } from "./score.ts";
import { serveFixtures } from "./serve.ts";

const SUITE = "@modelcontextprotocol/conformance";
const SUITE_VERSION = "0.2.0-alpha.12";
const LONGEST_MS = 5 * 60_000;

const REVISIONS = ["2026-07-28", "2025-11-25"] as const;

/** Installs the suite when it is not there yet; answers the Node and the script to run. */
function install(): { readonly node: string; readonly script: string } {
  const { folder, node } = installApart(`conformance-${SUITE_VERSION}`, [`${SUITE}@${SUITE_VERSION}`]);
  return { node, script: join(folder, "node_modules", SUITE, "dist/index.js") };
}

/** Runs one revision; answers whether it went as expected. */
async function runRevision(
  { node, script }: ReturnType<typeof install>,
  url: string,
  revision: (typeof REVISIONS)[number],
): Promise<boolean> {
  const results = mkdtempSync(join(tmpdir(), "holdpoint-conformance-results-"));
  const expected = join(import.meta.dirname, `expected-failures.${revision}.yaml`);
  const wanted = ["--requirements", revision, "--expected-failures", expected];
  const args = [script, "server", "--url", url, ...wanted, "--output-dir", results];
  const { status, output } = await run(node, args);
  rmSync(results, { recursive: true, force: true });
  const required = readFileSync(join(script, `../../requirements/${revision}.yaml`), "utf8");
  const { scored, passed, failed } = scoreOf(output, scoredScenarios(required));
  const known = failed.length > 0 ? `; failing: ${failed.join(", ")}` : "";
  process.stdout.write(`${revision}: ${passed} of ${scored} scored server scenarios pass${known}\n`);
  if (status !== 0 || scored === 0) process.stdout.write(output);
  return status === 0 && scored > 0;
}

function run(command: string, args: readonly string[]): Promise<{ status: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], timeout: LONGEST_MS });
    const chunks: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.on("error", reject);
    child.on("close", (status) => resolve({ status, output: Buffer.concat(chunks).toString("utf8") }));
  });
}

const revisions = process.argv.includes("--short") ? REVISIONS.slice(0, 1) : REVISIONS;
const suite = install();
const server = await serveFixtures();
let isFine = true;
try {
  for (const revision of revisions) isFine = (await runRevision(suite, server.url, revision)) && isFine;
} finally {
  await server.stop();
}
process.exitCode = isFine ? 0 : 1;
