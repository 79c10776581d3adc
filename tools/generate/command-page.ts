import type { CommandSpec, OptionSpec } from "../../packages/cli/src/command.ts";
import { fenced, generatedFrom, table } from "./markdown.ts";

/** The reference page of the command line. */
export function commandPage(commands: readonly CommandSpec[]): string {
  const rows = commands.map((spec) => [
    `[\`holdpoint ${spec.name}\`](#${anchor(spec.name)})`,
    spec.summary,
    spec.runsCommands === "no" ? "no" : "after consent",
  ]);
  return [
    generatedFrom("packages/cli/src/command-table.ts"),
    "# Commands\n\n",
    "Every command takes `--help`. What each exit code means stands in [exit codes](exit-codes.md).\n\n",
    table(["command", "does", "runs what the plan names"], rows),
    ...commands.map(section),
  ].join("");
}

function section(spec: CommandSpec): string {
  const usage = [
    "holdpoint",
    spec.name,
    ...spec.args.map(({ name }) => name),
    spec.options.length > 0 ? "[options]" : "",
  ];
  const parts = [`\n## holdpoint ${spec.name}\n\n`, `${sentence(spec.summary)}\n\n`];
  parts.push(fenced("text", usage.filter((word) => word !== "").join(" ")));
  if (spec.args.length > 0) {
    parts.push(
      "\n",
      table(
        ["argument", "meaning"],
        spec.args.map(({ name, about }) => [`\`${name}\``, about]),
      ),
    );
  }
  if (spec.options.length > 0) parts.push("\n", table(["option", "meaning", "default"], spec.options.map(optionRow)));
  return parts.join("");
}

function optionRow({ flags, about, default: value }: OptionSpec): readonly string[] {
  return [`\`${flags}\``, about, value ?? ""];
}

function sentence(summary: string): string {
  return `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;
}

function anchor(name: string): string {
  return `holdpoint-${name.replaceAll(" ", "-")}`;
}
