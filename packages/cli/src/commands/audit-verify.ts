import { createPublicKey, type KeyObject } from "node:crypto";
import { createReadStream, existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { problem } from "@holdpoint/core";
import { type AuditReport, verifyAudit } from "@holdpoint/server";
import type { CommandCall } from "../command.ts";
import { argument, list, required, wantsJson } from "./arguments.ts";
import { commandProblems } from "./command.problems.ts";

/** Exit codes by verdict: what is not proven does not pass. */
const EXIT: Readonly<Record<AuditReport["verdict"], number>> = { verified: 0, broken: 1, unproven: 2 };

/** `holdpoint audit verify FILE`: whether a log is what was signed. Needs no server and no database. */
export async function run(call: CommandCall): Promise<number> {
  const file = existing(call, argument(call, 0), "<file>");
  const checkpoints = existing(call, required(call, "checkpoints", "--checkpoints"), "--checkpoints");
  const keys = list(call, "key");
  if (keys.length === 0) throw problem(commandProblems, "HP8010", { flag: "--key" }, { field: "--key" });
  const trusted = keys.map((key) => publicKey(existing(call, key, "--key"), key));
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });
  const report = await verifyAudit(lines, readFileSync(checkpoints, "utf8").split("\n"), trusted);
  call.out.write(wantsJson(call) ? `${JSON.stringify(report)}\n` : told(report));
  return EXIT[report.verdict];
}

function existing(call: CommandCall, value: string, flag: string): string {
  const path = resolve(call.cwd, value);
  if (existsSync(path)) return path;
  throw problem(commandProblems, "HP8012", { flag, value, expected: "Name a file that is there." }, { file: value });
}

function publicKey(path: string, value: string): KeyObject {
  try {
    const key = createPublicKey(readFileSync(path));
    if (key.asymmetricKeyType === "ed25519") return key;
  } catch {
    // Told below, as a key of another kind is.
  }
  const expected = "Give the file audit-key.pub.pem of the installation, an Ed25519 public key as PEM.";
  throw problem(commandProblems, "HP8012", { flag: "--key", value, expected }, { file: value });
}

function told(report: AuditReport): string {
  const { verdict, tenant, entries, proven, checkpoints, foreign, faults } = report;
  const lines = faults.map(({ line, what }) => (line === 0 ? `- ${what}` : `- line ${line} ${what}`));
  const of = `${entries} entries${tenant === null ? "" : ` of the tenant ${tenant}`}`;
  if (verdict === "broken") return `Broken: ${of} are not what was written.\n${lines.join("\n")}\n`;
  const others = foreign === 0 ? "" : ` ${foreign} checkpoints of other keys were left aside.`;
  if (verdict === "unproven") {
    return `Unproven: ${of} form a chain, and no checkpoint with a signature of --key speaks for any of them.${others}\n`;
  }
  const rest = entries - proven;
  const tail = rest === 0 ? "" : ` The last ${rest} came after it; a later checkpoint will speak for them.`;
  return `Verified: ${of}, ${proven} of them signed by ${checkpoints} checkpoints.${tail}${others}\n`;
}
