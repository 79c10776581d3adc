/** Agent `lint-format`: runs the linters and formatters that the project has configured, and says which proved that they ran. */
import { readdirSync } from "node:fs";
import { agent, counted, numberOption, WrongCall } from "../shared/agent.mjs";
import { projectFiles } from "../shared/files.mjs";
import { cleanEnvironment, programPath, run, tail } from "../shared/run.mjs";
import { configured, TOOLS } from "./tools.mjs";

await agent({
  name: "lint-format",
  about:
    "Runs the linters and formatters that the project has configured. Fails when there is none, or one did not run.",
  options: {
    tool: {
      type: "string",
      multiple: true,
      value: "NAME",
      about: `only this one of ${TOOLS.map(({ name }) => name).join(", ")} (may be given again)`,
    },
    timeout: { type: "string", default: "240", value: "SECONDS", about: "longest time for each tool" },
  },
  report: { path: "build/lint.txt" },
  health: (options) => chosen(options).map((tool) => programOf(tool)),
  async work({ options, progress, evidence, report }) {
    const tools = chosen(options);
    const timeoutMs = 1_000 * numberOption(options, "timeout", { least: 1 });
    const runs = [];
    for (const [index, tool] of tools.entries()) {
      progress(index / tools.length, `running ${tool.name}`);
      runs.push(await use(tool, timeoutMs));
    }
    const path = report(runs.map(({ title, output }) => `== ${title}\n${output}\n`).join(""), { reader: undefined });
    const sum = (key) => runs.reduce((total, { reading }) => total + reading[key], 0);
    for (const { name, reading } of runs) evidence(`${name}_findings`, reading.findings);
    evidence("lint_tools", runs.length);
    evidence("findings", sum("findings"));
    evidence("rules", sum("rules"));
    evidence("files_scanned", sum("files"));
    const told = runs.map(({ title, reading }) => `${title}: ${reading.findings} in ${counted(reading.files, "file")}`);
    return { ok: sum("findings") === 0, summary: `${told.join("; ")}; output in ${path}` };
  },
});

function chosen({ tool: names = [] }) {
  const unknown = names.find((name) => !TOOLS.some((tool) => tool.name === name));
  if (unknown !== undefined) throw new WrongCall(`--tool cannot be ${unknown}`);
  const tools = configured(readdirSync(".")).filter(({ name }) => names.length === 0 || names.includes(name));
  const missing = names.filter((name) => !tools.some((tool) => tool.name === name));
  if (missing.length > 0) throw new Error(`not configured here: ${missing.join(", ")}`);
  if (tools.length === 0)
    throw new Error(`no linter is configured here; known: ${TOOLS.map(({ name }) => name).join(", ")}`);
  return tools;
}

function programOf({ name, program }) {
  const path = programPath(program);
  if (path === null) throw new Error(`${name} is configured and not installed`);
  return path;
}

async function use(tool, timeoutMs) {
  const program = programOf(tool);
  const env = cleanEnvironment({ NO_COLOR: "1" });
  let found = null;
  const files = () => (found ??= projectFiles([]));
  const version = tool.version.length === 0 ? "" : (await run([program, ...tool.version], { env, timeoutMs })).stdout;
  const result = await run([program, ...tool.args(files)], { env, timeoutMs });
  const reading = result.ended === null ? tool.read(result, files) : null;
  const output = `${result.stdout}${result.stderr}`;
  if (reading === null)
    throw new Error(`${tool.name} did not run to its end (exit status ${result.code}):\n${tail(output)}`);
  if (reading.files === 0) throw new Error(`${tool.name} looked at no file, so nothing can be said`);
  // It said no without a finding that was understood; that must not look like none.
  if (result.code !== 0 && reading.findings === 0) reading.findings = 1;
  const number = /\d+\.\d+[\w.-]*/.exec(version)?.[0];
  return { name: tool.name, title: number ? `${tool.name} ${number}` : tool.name, reading, output };
}
