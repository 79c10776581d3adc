import type { Flag } from "../../packages/contract/src/config/flags.ts";
import { generatedFrom, table } from "./markdown.ts";

/** The reference page of the flags. */
export function flagPage(flags: readonly Flag[]): string {
  const rows = flags.map(({ name, standard, expected, about }) => [`\`${name}\``, `\`${standard}\``, expected, about]);
  return [
    generatedFrom("packages/contract/src/config/flags.ts"),
    "# Flags\n\n",
    "What an administrator may set while the server runs, for one tenant or for all: see [the guide](../guide/flags.md).\n\n",
    table(["flag", "default", "takes", "what it does"], rows),
  ].join("");
}
