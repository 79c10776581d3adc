/**
 * Agent `ai-coder`: gives the task to the command line of an AI coding agent, under a role.
 *
 * It builds a prompt, runs the configured command within bounds, and takes what it says as a summary. It hands over no
 * evidence: whether the task is done is measured by the plan's checks and by nobody's word.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { agent, below, numberOption, WrongCall } from "../shared/agent.mjs";
import { programPath, run, tail } from "../shared/run.mjs";
import { promptOf, wordsOf } from "./prompt.mjs";

const ROLES = join(import.meta.dirname, "roles");
const WORK = "build/ai-coder";

await agent({
  name: "ai-coder",
  about: "Gives the task to the command line of an AI coding agent, under a role. It never claims a gate.",
  options: {
    command: {
      type: "string",
      value: "LINE",
      about:
        "the command, without a shell; {prompt} or {prompt_file} in it, else standard input; default: HOLDPOINT_AI_COMMAND",
    },
    role: {
      type: "string",
      value: "NAME",
      about: "a file of roles/, or a path to one; default: HOLDPOINT_AI_ROLE, else implementer",
    },
    timeout: {
      type: "string",
      default: "1500",
      value: "SECONDS",
      about: "longest time; the manifest's limit should be longer",
    },
    output: { type: "string", default: "16", value: "MIB", about: "most output" },
  },
  health({ command, role }) {
    const [program] = commandOf(command);
    if (programPath(program) === null && !existsSync(program)) throw new Error(`${program} is not on the path`);
    roleOf(role);
  },
  async work({ input, task, options, progress, log, metric }) {
    const words = commandOf(options.command);
    const role = roleOf(options.role);
    const bounds = {
      timeoutMs: 1_000 * numberOption(options, "timeout", { least: 1 }),
      maxBytes: numberOption(options, "output", { least: 0.001 }) * (1 << 20),
    };
    if (!task.title && !task.id) throw new Error("there is no task on standard input");
    const prompt = promptOf({ input, task, role: role.text });
    mkdirSync(WORK, { recursive: true });
    const promptFile = below(`${WORK}/prompt.md`);
    writeFileSync(promptFile, prompt);
    const onInput = !words.some((word) => /\{prompt(?:_file)?\}/.test(word));
    const argv = words.map((word) =>
      word.replaceAll("{prompt_file}", () => promptFile).replaceAll("{prompt}", () => prompt),
    );
    progress(0.1, `${argv[0]} works as ${role.name}`);
    const started = Date.now();
    const { code, stdout, stderr, ended } = await run(argv, { input: onInput ? prompt : "", ...bounds });
    metric("ai_seconds", (Date.now() - started) / 1_000, "s");
    metric("ai_prompt_characters", prompt.length);
    writeFileSync(
      below(`${WORK}/transcript.txt`),
      `${stdout}${stderr === "" ? "" : `\n--- standard error\n${stderr}`}`,
    );
    log(`what it said is in ${WORK}/transcript.txt`);
    if (ended) throw new Error(`${argv[0]} was ended, since it used up its ${ended}`);
    // Its words are a summary and nothing else: a line that looks like evidence stays a word of the summary.
    const said = tail(stdout, 30, 3_000).trim();
    if (code !== 0)
      throw new Error(`${argv[0]} exited with ${code ?? "a signal"}: ${tail(stderr || stdout, 10, 2_000)}`);
    if (said === "") throw new Error(`${argv[0]} said nothing; an empty answer is no work`);
    return { ok: true, summary: `as ${role.name}: ${said}` };
  },
});

function commandOf(line = process.env.HOLDPOINT_AI_COMMAND) {
  if (!line?.trim()) throw new Error("no AI coding agent is configured: give --command, or HOLDPOINT_AI_COMMAND");
  const words = wordsOf(line);
  if (words === null) throw new WrongCall(`a quote is not closed in ${line}`);
  return words;
}

function roleOf(name = process.env.HOLDPOINT_AI_ROLE || "implementer") {
  if (!/^[\w-]+$/.test(name) && !name.endsWith(".md")) throw new WrongCall(`--role cannot be ${name}`);
  const file = name.endsWith(".md") ? name : join(ROLES, `${name}.md`);
  const known = readdirSync(ROLES).map((role) => role.replace(/\.md$/, ""));
  if (!existsSync(file)) throw new Error(`there is no role ${name}; known: ${known.join(", ")}`);
  return { name: name.replace(/^.*\/|\.md$/g, ""), text: readFileSync(file, "utf8").trim() };
}
