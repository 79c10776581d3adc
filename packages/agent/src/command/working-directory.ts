import { realpathSync, statSync } from "node:fs";
import { isAbsolute, relative, resolve, sep } from "node:path";
import { problem } from "@holdpoint/core";
import { agentProblems } from "../agent.problems.ts";

/** True when `path` is `folder` or lies below it. Both absolute and without `..`; nothing is looked up. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === "" || (way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

/**
 * The working directory of a command: `cwd` below `root`, with symbolic links resolved.
 *
 * @throws HP7001 when it leads out of `root`, by `..`, as an absolute path or through a link
 * @throws HP7002 when it is no folder
 */
export function workingDirectory(root: string, cwd = "."): string {
  const place = { cwd: printable(cwd), root };
  if (cwd.includes("\0")) throw problem(agentProblems, "HP7001", place);
  const base = realFolder(root, root);
  const asNamed = resolve(root, cwd);
  const wanted = isInside(root, asNamed) ? resolve(base, relative(root, asNamed)) : asNamed;
  if (!isInside(base, wanted)) throw problem(agentProblems, "HP7001", place);
  const real = realFolder(wanted, cwd);
  if (!isInside(base, real)) throw problem(agentProblems, "HP7001", place);
  return real;
}

function realFolder(path: string, asWritten: string): string {
  try {
    const real = realpathSync(path);
    if (statSync(real).isDirectory()) return real;
  } catch (cause) {
    throw problem(agentProblems, "HP7002", { cwd: printable(asWritten) }, { cause });
  }
  throw problem(agentProblems, "HP7002", { cwd: printable(asWritten) });
}

function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters in a path must not reach the terminal
  return text.replaceAll(/[\u0000-\u001f\u007f]/g, "?").slice(0, 200);
}
