/** Agent `secret-scan`: looks for credentials in the project's own files. The report never repeats one. */
import { existsSync } from "node:fs";
import { agent, counted } from "../shared/agent.mjs";
import { projectFiles, readJson, readText } from "../shared/files.mjs";
import { sarif } from "../shared/sarif.mjs";
import { fingerprintOf, RULES, secretsIn } from "./rules.mjs";

await agent({
  name: "secret-scan",
  about: "Looks for credentials in the project's own files and hands over a SARIF report.",
  options: {
    allow: {
      type: "string",
      default: "secret-scan.allow.json",
      value: "FILE",
      about: 'findings that are none: [{"file", "rule", "fingerprint", "reason"}], each with a reason',
    },
  },
  args: { name: "place", about: "folders or files; default: everything but vendored and built folders" },
  report: { path: "build/secrets.sarif", reader: "sarif" },
  health: ({ allow }) => allowed(allow),
  work({ options, args, progress, evidence, report, log }) {
    const started = new Date();
    const allow = allowed(options.allow);
    const files = projectFiles(args);
    progress(0.2, `reading ${counted(files.length, "file")}`);
    const read = [];
    const findings = files.flatMap((file) => {
      const text = readText(file);
      if (text === null) return [];
      read.push(file);
      return secretsIn(file, text).map(({ rule, line, secret }) => {
        const fingerprint = fingerprintOf(rule.id, file, secret);
        const entry = allow.find((one) => one.file === file && one.rule === rule.id && one.fingerprint === fingerprint);
        if (entry) entry.used = true;
        return { rule: rule.id, file, line, text: rule.text, fingerprint, accepted: entry?.reason };
      });
    });
    if (read.length === 0) throw new Error("no file was read, so nothing can be said");
    const open = findings.filter(({ accepted }) => !accepted);
    for (const { rule, file, line, fingerprint } of open) log(`${file}:${line}: ${rule}, fingerprint ${fingerprint}`);
    for (const { file, rule, used } of allow) if (!used) log(`allowed, and not found: ${rule} in ${file}`, "warn");
    if (files.length > read.length) log(`${counted(files.length - read.length, "file")} not read: binary or too large`);
    const path = report(sarif({ tool: "holdpoint-secret-scan", rules: RULES, files: read, findings, started }));
    evidence("findings", open.length);
    evidence("findings_suppressed", findings.length - open.length);
    evidence("rules", RULES.length);
    evidence("files_scanned", read.length);
    const summary = `${counted(open.length, "credential")} in ${counted(read.length, "file")}, ${findings.length - open.length} allowed; report in ${path}`;
    return { ok: open.length === 0, summary };
  },
});

/** The list of what is allowed; an entry without a reason allows nothing and is an error. */
function allowed(file) {
  if (!existsSync(file)) return [];
  const list = readJson(file);
  if (!Array.isArray(list)) throw new Error(`${file} must hold a list`);
  return list.map((entry, index) => {
    for (const key of ["file", "rule", "fingerprint", "reason"]) {
      if (typeof entry?.[key] !== "string" || entry[key].trim() === "")
        throw new Error(`${file}: entry ${index + 1} has no ${key}`);
    }
    return { ...entry, used: false };
  });
}
