/** Agent `task-runner`: runs the one command that the task names, of a list that people wrote. */
import { agent, counted } from "../shared/agent.mjs";
import { readJson } from "../shared/files.mjs";
import { run, tail } from "../shared/run.mjs";

await agent({
  name: "task-runner",
  about: "Runs a command by its name. What is not on the list is not run, whatever the task says.",
  options: {
    list: {
      type: "string",
      default: "agents/task-runner/commands.json",
      value: "FILE",
      about: 'the list: {"commands": {"NAME": {"argv": ["npm", "run", "migrate"], "timeoutSeconds": 60}}}',
    },
    run: {
      type: "string",
      value: "NAME",
      about: "which one; default: the task's payload or label `command`, else `NAME` in its title",
    },
  },
  health: ({ list }) => commandsOf(list),
  async work({ task, options, progress, evidence, log, metric }) {
    const commands = commandsOf(options.list);
    const name = options.run ?? nameIn(task);
    const known = Object.keys(commands).sort().join(", ");
    if (name === null) throw new Error(`the task names no command; known: ${known}`);
    if (!Object.hasOwn(commands, name)) throw new Error(`${name} is not on the list; known: ${known}`);
    const { argv, timeoutSeconds = 300 } = commands[name];
    progress(0.1, `running ${name}`);
    const started = Date.now();
    const { code, stdout, stderr, ended } = await run(argv, { timeoutMs: 1_000 * timeoutSeconds });
    metric("command_seconds", (Date.now() - started) / 1_000, "s");
    const output = tail(`${stdout}${stderr}`);
    if (output !== "") log(output);
    if (ended) throw new Error(`${name} was ended, since it used up its ${ended}`);
    evidence("exit_status", code ?? -1);
    const last = tail(output, 1, 500);
    return { ok: code === 0, summary: `${name} exited with ${code ?? "a signal"}${last === "" ? "" : `: ${last}`}` };
  },
});

/** The list; every entry is looked at before any is run. */
function commandsOf(file) {
  const { commands } = readJson(file);
  const entries = Object.entries(commands ?? {});
  if (entries.length === 0) throw new Error(`${file} lists no command`);
  for (const [name, entry] of entries) {
    const isArgv =
      Array.isArray(entry?.argv) && entry.argv.length > 0 && entry.argv.every((word) => typeof word === "string");
    const seconds = entry?.timeoutSeconds ?? 300;
    if (!isArgv) throw new Error(`${file}: ${name} needs argv, a list of words`);
    if (!(Number.isFinite(seconds) && seconds > 0))
      throw new Error(`${file}: timeoutSeconds of ${name} must be a positive number`);
  }
  return commands;
}

/** A name in the task: its payload, its labels, or one word between backticks or after `Run` in the title. */
function nameIn({ payload, labels, title = "" }) {
  const given = payload?.command ?? labels?.command;
  if (typeof given === "string" && given !== "") return given;
  const words = [...title.matchAll(/`([\w:.-]+)`/g)].map((match) => match[1]);
  if (words.length > 1) throw new Error(`the title names ${counted(words.length, "command")}; it must name one`);
  return words[0] ?? /^(?:\S+ )?run:? +([\w:.-]+)/i.exec(title)?.[1] ?? null;
}
