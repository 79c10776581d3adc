import { availableParallelism } from "node:os";
import { defineConfig, type ViteUserConfig } from "vitest/config";
import { LongestFirst } from "./tools/longest-first.ts";

const config: ViteUserConfig = defineConfig({
  test: {
    include: ["packages/*/src/**/*.test.ts", "agents/**/*.test.ts", "test/**/*.test.ts", "tools/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**"],
    // Files share a process with those before them: starting one and loading the program costs each a second. What a file
    // changes of the process it puts back.
    isolate: false,
    // Many tests wait for processes and databases; one more than there are cores uses them.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: LongestFirst },
    globalSetup: ["packages/store/src/testing/server-keeper.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    coverage: {
      provider: "v8",
      // A run that fails says how much it covered, too.
      reportOnFailure: true,
      reporter: ["text-summary", "json-summary", "lcov"],
      include: ["packages/*/src/**/*.ts"],
      exclude: ["**/*.test.ts", "**/*.generated.ts", "**/index.ts"],
    },
  },
});

export default config;
