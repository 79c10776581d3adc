import { dirname } from "node:path";
import { shellWord } from "../output/plain-text.ts";
import type { PlanPlace } from "./plan-place.ts";
import { displayPath } from "./read-plan-file.ts";

/**
 * What `holdpoint trust` is called with for a plan or a folder of agent manifests, as words for a shell.
 *
 * @param cwd where it is called; paths are whole without it
 */
export function trustArguments({ planFile, dir }: Pick<PlanPlace, "planFile" | "dir">, cwd?: string): string {
  const word = (path: string): string => shellWord(cwd === undefined ? path : displayPath(path, cwd));
  return dirname(planFile) === dir ? word(planFile) : `${word(planFile)} --dir ${word(dir)}`;
}
