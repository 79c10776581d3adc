/** Agent `release-notes`: writes what changed since the last tag, by the conventions of Conventional Commits. */
import { agent, counted } from "../shared/agent.mjs";
import { run } from "../shared/run.mjs";

/** Sections in their order; commits of other types, and those without one, are `Other changes`. */
const SECTIONS = [
  { title: "Breaking changes", takes: ({ breaking }) => breaking !== null },
  { title: "Features", takes: ({ type }) => type === "feat" },
  { title: "Fixes", takes: ({ type }) => type === "fix" },
  { title: "Performance", takes: ({ type }) => type === "perf" },
  { title: "Reverted", takes: ({ type }) => type === "revert" },
  { title: "Other changes", takes: () => true },
];
/** Types that readers of release notes do not need, unless something breaks. */
const QUIET = new Set(["chore", "ci", "build", "style", "test", "docs", "refactor"]);
const [FIELD, RECORD] = ["\u001f", "\u001e"];

await agent({
  name: "release-notes",
  about: "Writes Markdown release notes from the commits since the last tag. Fails when there is no commit.",
  options: {
    from: { type: "string", value: "REF", about: "after which commit; default: the last tag, else the beginning" },
    to: { type: "string", default: "HEAD", value: "REF", about: "up to which commit" },
    title: { type: "string", default: "Changes", value: "TEXT", about: "heading of the notes" },
    all: { type: "boolean", about: "also list chore, ci, build, style, test, docs and refactor" },
  },
  report: { path: "build/release-notes.md" },
  health: () => git(["rev-parse", "--git-dir"]),
  async work({ options, progress, evidence, report }) {
    const from = options.from ?? (await lastTag(options.to));
    progress(0.3, from ? `commits after ${from}` : "all commits");
    for (const ref of [from, options.to])
      if (ref) await git(["rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`], ref);
    const range = from ? `${from}..${options.to}` : options.to;
    const log = await git([
      "log",
      "--no-merges",
      `--format=%H${FIELD}%s${FIELD}%b${RECORD}`,
      "--end-of-options",
      range,
      "--",
    ]);
    const commits = log
      .split(RECORD)
      .map((record) => record.trim().split(FIELD))
      .filter(([hash]) => hash)
      .map(([hash, subject = "", body = ""]) => ({ hash, ...readSubject(subject, body) }));
    if (commits.length === 0)
      throw new Error(`there is no commit ${from ? `between ${from} and ${options.to}` : `up to ${options.to}`}`);
    const shown = commits.filter(({ type, breaking }) => options.all || breaking !== null || !QUIET.has(type));
    const path = report(notesOf(options.title, from, commits.length - shown.length, shown), { reader: undefined });
    evidence("commits", commits.length);
    evidence("breaking_changes", commits.filter(({ breaking }) => breaking !== null).length);
    const since = from ? `since ${from}` : "since the beginning";
    return { ok: true, summary: `${counted(commits.length, "commit")} ${since}, ${shown.length} told in ${path}` };
  },
});

/** `feat(api)!: text` with its footers. */
function readSubject(subject, body) {
  const [, type, scope = null, mark, text] = /^(\w+)(?:\(([^)]+)\))?(!)?: +(.+)$/.exec(subject) ?? [];
  const note =
    /^BREAKING[ -]CHANGE: +([\s\S]+?)(?=\n\n|\n[\w-]+: |(?![\s\S]))/m.exec(body)?.[1]?.replaceAll(/\s+/g, " ") ?? null;
  const told = text ?? subject;
  return { type: type?.toLowerCase() ?? null, scope, text: told, breaking: note ?? (mark ? told : null) };
}

function notesOf(title, from, left, commits) {
  const rest = [...commits];
  const sections = SECTIONS.flatMap((section) => {
    const own = rest.filter((commit) => section.takes(commit));
    for (const commit of own) rest.splice(rest.indexOf(commit), 1);
    return own.length === 0 ? [] : [`## ${section.title}`, "", ...own.map((commit) => entryOf(commit, section)), ""];
  });
  const said = left === 0 ? [] : [`${counted(left, "commit")} of maintenance not listed.`, ""];
  return [`# ${title}`, "", ...(from ? [`Since ${from}.`, ""] : []), ...sections, ...said].join("\n");
}

function entryOf({ hash, scope, text, breaking }, { title }) {
  const told = title === "Breaking changes" && breaking !== text ? `${text}. ${breaking}` : text;
  return `- ${scope ? `**${scope}**: ` : ""}${told} (${hash.slice(0, 8)})`;
}

async function lastTag(to) {
  const { code, stdout } = await run(["git", "describe", "--tags", "--abbrev=0", "--end-of-options", to]);
  return code === 0 ? stdout.trim() : null;
}

async function git(args, ref) {
  const { code, stdout, stderr } = await run(["git", ...args]);
  if (code === 0) return stdout;
  throw new Error(ref ? `there is no commit ${ref}` : `git ${args[0]} failed: ${stderr.trim().split("\n")[0]}`);
}
