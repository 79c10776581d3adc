import type { Setting } from "../../packages/contract/src/config/settings.ts";
import { generatedFrom, table } from "./markdown.ts";

/** The reference page of the server's settings. */
export function configPage(settings: readonly Setting[]): string {
  const rows = settings.map(({ name, env, kind, standard, about, isSecret }) => [
    `\`${name}\``,
    `\`${env}\``,
    standard === null || standard === "" ? "–" : `\`${standard}\``,
    kind.expected,
    `${about}${isSecret ? " A password in it is never shown." : ""}`,
  ]);
  return [
    generatedFrom("packages/contract/src/config/settings.ts"),
    "# Settings of the server\n\n",
    "Each is a key of `holdpoint.config.yaml`, an environment variable and an option (`--` and the key). Options win over\nvariables, variables over the file. A key that is not known is refused with its line, and so is a duration or size without\nits unit. `holdpoint config explain` prints every setting with its value and where that comes from.\n\n",
    table(["key", "variable", "default", "takes", "what it does"], rows),
  ].join("");
}
