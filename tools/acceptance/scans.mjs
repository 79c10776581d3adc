// @ts-check
/** Metric lines from the project's own scanning agents, turned on the project: credentials, and what the lockfile names. */
import { spawnSync } from "node:child_process";
import { root } from "../install.mjs";

const secrets = scan("secret-scan", ["--allow", "tools/acceptance/secret-scan.allow.json"]);
print("credentials_found", secrets["findings"]);
print("files_scanned_for_credentials", secrets["files_scanned"]);
const dependencies = scan("dependency-scan", []);
print("locked_packages_refused", dependencies["findings_error"]);
print("locked_packages_scanned", dependencies["dependencies"]);

/** Runs an agent as a check; answers its metrics. @param {string} name @param {string[]} args @returns {Record<string, string>} */
function scan(name, args) {
  const call = [`agents/${name}/${name}.mjs`, "--check", "--report", `coverage/${name}.sarif`, ...args];
  const ended = spawnSync(process.execPath, call, { cwd: root, encoding: "utf8" });
  process.stderr.write(ended.stderr);
  return Object.fromEntries(
    ended.stdout.split("\n").flatMap((line) => {
      const match = /^(\w+)=(\S+)$/.exec(line);
      return match === null ? [] : [[match[1], match[2]]];
    }),
  );
}

/** A scan that measured nothing leaves no line. @param {string} name @param {string | undefined} value */
function print(name, value) {
  if (value !== undefined) process.stdout.write(`${name}=${value}\n`);
}
