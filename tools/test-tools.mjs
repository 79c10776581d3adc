// @ts-check
/**
 * What the tests use besides Node: git, and, for a few of them, PostgreSQL 15 and strace. As root on Debian the missing
 * ones are installed; elsewhere the tests that need them say so and are counted as skipped.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const TOOLS = [
  { name: "git", present: () => onPath("git"), package: "git", needed: true },
  {
    name: "PostgreSQL 15 or newer, as a server",
    present: () => [15, 16, 17, 18].some((major) => existsSync(`/usr/lib/postgresql/${major}/bin/postgres`)),
    package: "postgresql",
    needed: false,
  },
  { name: "redis-server", present: () => onPath("redis-server"), package: "redis-server", needed: false },
  { name: "strace", present: () => onPath("strace"), package: "strace", needed: false },
];

/** Installs what is missing where that is possible; stops only for what nothing works without. @param {{ quick: boolean }} options */
export function ensureTestTools({ quick }) {
  const missing = TOOLS.filter((tool) => !tool.present() && (tool.needed || !quick));
  if (missing.length === 0) return;
  const packages = missing.map((tool) => tool.package);
  if (process.getuid?.() === 0 && onPath("apt-get")) {
    process.stderr.write(`Installing for the tests: ${packages.join(", ")} …\n`);
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    spawnSync("apt-get", ["update", "-qq"], { stdio: "ignore", env, timeout: 120_000 });
    spawnSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...packages], {
      stdio: "ignore",
      env,
      timeout: 300_000,
    });
  }
  for (const tool of missing.filter((candidate) => !candidate.present())) {
    process.stderr.write(`${tool.name} is missing. On Debian or Ubuntu: apt-get install ${tool.package}\n`);
    if (tool.needed) process.exit(69);
  }
}

/** @param {string} command */
function onPath(command) {
  return spawnSync("sh", ["-c", `command -v ${command}`], { stdio: "ignore" }).status === 0;
}
