// @ts-check
/** `npm run check`: format, types, lint, room boundaries and cycles, dead code, generated files. Runs all, then reports. */
import { bin, ensureInstalled, run } from "./install.mjs";

ensureInstalled();

/** @type {[name: string, command: string, args: string[]][]} */
const steps = [
  ["format", bin("biome"), ["check", "--linter-enabled=false", "--error-on-warnings", "."]],
  ["types", bin("tsc"), ["-p", "."]],
  ["lint", bin("oxlint"), ["--type-aware", "--deny-warnings", "."]],
  ["rooms", bin("depcruise"), ["--config", "tools/rooms.cjs", "packages", "--output-type", "err-long"]],
  ["dead code", bin("knip"), ["--no-progress"]],
  ["generated files", "node", ["tools/generate.mjs", "--check"]],
  ["lockfile", "node", ["tools/complete-lockfile.mjs", "--check"]],
];

const failed = [];
for (const [name, command, args] of steps) {
  const started = Date.now();
  const code = run(command, args, { allowFailure: true });
  process.stdout.write(`${code === 0 ? "ok  " : "FAIL"} ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)\n`);
  if (code !== 0) failed.push(name);
}
if (failed.length > 0) {
  process.stderr.write(`\ncheck failed: ${failed.join(", ")}\n`);
  process.exit(1);
}
process.stdout.write("check: clean\n");
