import { createHash } from "node:crypto";
import { problem } from "@holdpoint/core";
import { agentProblems } from "../agent.problems.ts";
import { absolutePath } from "./own-program.ts";

/** Variables that every command may see: where things are and how to speak, never credentials. */
const ALLOWED_VARIABLES: readonly string[] = [
  "PATH",
  "HOME",
  "USER",
  "LOGNAME",
  "SHELL",
  "LANG",
  "LANGUAGE",
  "TZ",
  "TMPDIR",
  "TMP",
  "TEMP",
  "TERM",
  "NO_COLOR",
  "CI",
  "XDG_CACHE_HOME",
  "XDG_CONFIG_HOME",
  "XDG_DATA_HOME",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "NODE_EXTRA_CA_CERTS",
  "JAVA_HOME",
  "GOPATH",
  "GOROOT",
  "CARGO_HOME",
  "RUSTUP_HOME",
  "PNPM_HOME",
  "NVM_DIR",
  "PYENV_ROOT",
  "VOLTA_HOME",
];

/** Carries the id of one run of one command; everything that it starts inherits it and can be found by it. */
export const RUN_MARKER = "HOLDPOINT_COMMAND_RUN";

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** What the environment of a command is made from. */
export interface EnvironmentSource {
  /** This process's variables. */
  readonly from: Readonly<Record<string, string | undefined>>;
  /** Names that are passed on besides the allow-list and `LC_*`. */
  readonly pass?: readonly string[];
  /** Values that are set, whatever this process has. */
  readonly set?: Readonly<Record<string, string>>;
}

/**
 * Makes the environment of a command by allow-list.
 *
 * @throws HP7004 for a name that is none
 */
export function commandEnvironment(source: EnvironmentSource): Record<string, string> {
  const env: Record<string, string> = {};
  const passed = [...ALLOWED_VARIABLES, ...Object.keys(source.from).filter((name) => name.startsWith("LC_"))];
  for (const name of source.pass ?? []) {
    if (!NAME.test(name) || name.startsWith("HOLDPOINT_")) throw problem(agentProblems, "HP7004", { name });
    passed.push(name);
  }
  for (const name of passed) {
    const value = source.from[name];
    if (value !== undefined) env[name] = value;
  }
  for (const [name, value] of Object.entries(source.set ?? {})) {
    if (!NAME.test(name) || value.includes("\0")) throw problem(agentProblems, "HP7004", { name });
    env[name] = value;
  }
  // An entry that depends on the folder would let a project put its own programs in the place of others.
  env["PATH"] = absolutePath(env["PATH"]);
  return env;
}

/** Digest over sorted `NAME=value` pairs, without those that differ in every run: `HOLDPOINT_…` and `TRACEPARENT`. */
export function environmentDigest(env: Readonly<Record<string, string>>): string {
  const hash = createHash("sha256");
  for (const name of Object.keys(env).sort()) {
    if (!name.startsWith("HOLDPOINT_") && name !== "TRACEPARENT") hash.update(`${name}=${env[name] ?? ""}\0`);
  }
  return `sha256:${hash.digest("hex")}`;
}
