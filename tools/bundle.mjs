// @ts-check
import { join } from "node:path";

/** What a bundle of ours is, whatever it begins with. */
export const BUNDLE = /** @type {const} */ ({
  absWorkingDir: join(import.meta.dirname, ".."),
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
  },
  define: { "process.env.HOLDPOINT_BUNDLED": '"true"' },
  logLevel: "warning",
});
