/** Agent `dependency-scan`: looks at what package-lock.json locks, without any network. */
import { existsSync } from "node:fs";
import { agent, counted } from "../shared/agent.mjs";
import { readJson } from "../shared/files.mjs";
import { sarif } from "../shared/sarif.mjs";
import { isAllowed, isBelow } from "./licence.mjs";

const RULES = [
  { id: "known-bad", level: "error", severity: 9, text: "A version that is known to be bad." },
  { id: "licence-not-allowed", level: "error", severity: 5, text: "A licence that is not on the list." },
  { id: "licence-unknown", level: "warning", severity: 3, text: "The lockfile states no licence." },
  { id: "install-script", level: "warning", severity: 4, text: "Runs a script when it is installed." },
  { id: "no-integrity", level: "error", severity: 7, text: "Is fetched without a digest." },
  { id: "duplicate-version", level: "note", severity: 1, text: "Is locked in several versions." },
];

await agent({
  name: "dependency-scan",
  about: "Looks at locked dependencies: known-bad versions, licences, install scripts, missing digests, duplicates.",
  options: {
    lockfile: { type: "string", default: "package-lock.json", value: "FILE", about: "lockfile of npm, version 2 or 3" },
    bad: {
      type: "string",
      value: "FILE",
      about: 'known-bad versions: [{"name", "versions": [...] or "below": "1.2.3", "reason"}]',
    },
    policy: {
      type: "string",
      default: "dependency-policy.json",
      value: "FILE",
      about:
        '{"licences": ["MIT"], "accepted": [{"rule", "package", "reason"}]}; without it any stated licence will do',
    },
  },
  report: { path: "build/dependencies.sarif", reader: "sarif" },
  health: ({ lockfile }) => packagesOf(lockfile),
  work({ options, progress, evidence, report, log }) {
    const started = new Date();
    const packages = packagesOf(options.lockfile);
    const { licences = null, accepted = [] } = policyOf(options.policy);
    const bad = options.bad ? badOf(options.bad) : [];
    progress(0.3, `looking at ${counted(packages.length, "package")}`);
    const findings = packages
      .flatMap((one) => faultsOf(one, packages, licences, bad))
      .map(({ rule, name, version, what }) => ({
        rule,
        file: options.lockfile,
        line: 1,
        text: `${name} ${version}: ${what}`,
        accepted: accepted.find((entry) => entry.rule === rule && entry.package === name)?.reason,
      }));
    const open = findings.filter((finding) => !finding.accepted);
    for (const { rule, text } of open) log(`${rule}: ${text}`);
    const files = [options.lockfile, ...(options.bad ? [options.bad] : [])];
    const path = report(sarif({ tool: "holdpoint-dependency-scan", rules: RULES, files, findings, started }));
    const levelOf = (id) => RULES.find((rule) => rule.id === id)?.level;
    const errors = open.filter(({ rule }) => levelOf(rule) === "error").length;
    evidence("findings", open.length);
    evidence("findings_error", errors);
    evidence("findings_suppressed", findings.length - open.length);
    evidence("dependencies", packages.length);
    evidence("rules", RULES.length);
    evidence("files_scanned", files.length);
    const summary = `${counted(errors, "error")} and ${counted(open.length - errors, "remark")} on ${counted(packages.length, "package")}; report in ${path}`;
    return { ok: errors === 0, summary };
  },
});

function packagesOf(lockfile) {
  const lock = readJson(lockfile);
  if (![2, 3].includes(lock.lockfileVersion) || typeof lock.packages !== "object")
    throw new Error(`${lockfile} is no lockfile of npm in version 2 or 3`);
  const packages = Object.entries(lock.packages)
    .filter(([path, one]) => path.includes("node_modules/") && one.link !== true)
    .map(([path, one]) => ({ ...one, name: one.name ?? path.slice(path.lastIndexOf("node_modules/") + 13) }));
  if (packages.length === 0) throw new Error(`${lockfile} locks no package, so nothing can be said`);
  return packages;
}

function policyOf(file) {
  if (!existsSync(file)) return {};
  const policy = readJson(file);
  for (const [index, entry] of (policy.accepted ?? []).entries()) {
    if (![entry?.rule, entry?.package, entry?.reason].every((text) => typeof text === "string" && text.trim() !== ""))
      throw new Error(`${file}: accepted entry ${index + 1} needs rule, package and reason`);
  }
  return policy;
}

function badOf(file) {
  const list = readJson(file);
  if (!Array.isArray(list) || list.length === 0) throw new Error(`${file} must hold a list with at least one entry`);
  return list.map((entry, index) => {
    const named = typeof entry?.name === "string" && typeof entry.reason === "string";
    if (!named || !(Array.isArray(entry.versions) || typeof entry.below === "string"))
      throw new Error(`${file}: entry ${index + 1} needs name, reason, and versions or below`);
    return entry;
  });
}

function faultsOf(one, packages, licences, bad) {
  const { name, version = "", license, hasInstallScript, integrity, resolved = "", inBundle } = one;
  const fault = (rule, what) => [{ rule, name, version, what }];
  const listed = bad.filter(
    (entry) =>
      entry.name === name && (entry.versions?.includes(version) || (entry.below && isBelow(version, entry.below))),
  );
  const versions = new Set(packages.filter((other) => other.name === name).map((other) => other.version));
  const isFirst = packages.find((other) => other.name === name) === one;
  return [
    ...listed.flatMap(({ reason }) => fault("known-bad", reason)),
    ...(license === undefined ? fault("licence-unknown", "no licence is stated") : []),
    ...(license !== undefined && licences && !isAllowed(String(license), licences)
      ? fault("licence-not-allowed", `its licence is ${license}`)
      : []),
    ...(hasInstallScript ? fault("install-script", "runs a script when it is installed") : []),
    ...(!integrity && !inBundle && /^(?:https?|git)/.test(resolved)
      ? fault("no-integrity", `comes from ${resolved}`)
      : []),
    ...(versions.size > 1 && isFirst ? fault("duplicate-version", `is locked as ${[...versions].join(", ")}`) : []),
  ];
}
