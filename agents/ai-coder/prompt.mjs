/** Longest document that is given along, characters; a longer one is named only. */
const LONGEST = 400;

/**
 * The prompt for one attempt: role, task, what must pass, and why the attempt before was refused.
 *
 * @param {object} given
 * @param {{
 *   gates?: readonly { metric: string | null, key: string, text: string }[],
 *   refusal?: { missing: readonly { metric: string | null, gate: string | null, explanation: string }[] } | null,
 *   plan?: { title: string, path: string },
 *   workspace?: string,
 *   attempt?: number,
 * }} given.input the object on standard input; only what is named here is used
 * @param {{ id: string | null, title: string, line?: number, owners?: readonly string[] }} given.task
 * @param {string} given.role text of the role
 * @returns {string} Markdown
 */
export function promptOf({ input, task, role }) {
  const gates = (input.gates ?? []).map(({ metric, key, text }) => `- ${metric ?? key}: ${cut(text)}`);
  const missing = (input.refusal?.missing ?? []).map(
    ({ metric, gate, explanation }) => `- ${metric ?? gate ?? "the work"}: ${cut(explanation)}`,
  );
  return [
    role,
    "",
    "# Task",
    "",
    `${task.id ? `${task.id}: ` : ""}${task.title}`,
    "",
    ...(input.plan
      ? [`It is part of the plan "${input.plan.title}" in ${input.plan.path}, line ${task.line}. Read it there.`]
      : []),
    ...(input.workspace ? [`Work only in ${input.workspace}.`] : []),
    `This is attempt ${input.attempt ?? 1}.`,
    "",
    ...section("What must pass", "Checks measure this after you; you cannot report it.", gates),
    ...section("Why the attempt before was refused", "Mend this first.", missing),
    "# Rules",
    "",
    "- Do not change the plan, its gates, its checks or the agents; do not tick boxes.",
    "- Do not commit, push, or write outside of the folder.",
    "- End with a summary of at most ten lines: what you changed, and what you could not do.",
    "",
  ].join("\n");
}

function section(title, note, lines) {
  return lines.length === 0 ? [] : [`# ${title}`, "", note, "", ...lines, ""];
}

function cut(text) {
  const line = String(text ?? "").replaceAll(/\s+/g, " ");
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}

/**
 * The words of a command line, with quotes, and nothing else of what a shell does. Null when a quote is not closed.
 *
 * @param {string} line
 * @returns {string[] | null}
 */
export function wordsOf(line) {
  const words = [];
  let rest = line.trim();
  while (rest !== "") {
    const [whole = ""] = /^(?:"[^"]*"|'[^']*'|[^\s"'])+/.exec(rest) ?? [];
    if (whole === "" || /^["']/.test(rest.slice(whole.length))) return null;
    words.push(whole.replaceAll(/"([^"]*)"|'([^']*)'/g, (_quoted, double, single) => double ?? single));
    rest = rest.slice(whole.length).trim();
  }
  return words;
}
