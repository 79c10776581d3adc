import { relative } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files and folders that take longest, most of it waiting. One of them that begins last holds up the end of the run. */
const LONGEST: readonly string[] = [
  "packages/cli/src/run/run-window.test.ts",
  "test/runner/",
  "test/e2e/",
  "packages/store/src/join-store.test.ts",
  "packages/store/src/embedded/",
  "test/tenants/",
  "packages/cli/src/run/",
  "packages/server/src/agents/agents.test.ts",
  "test/bad-input/",
  "tools/docs-commands.test.ts",
  "test/model/",
  "agents/test-runner/",
  "test/replicas/",
];

/** Begins with the test files that take longest, also where no earlier run has measured them. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.sort((one, other) => this.#rank(one) - this.#rank(other));
  }

  #rank({ moduleId }: TestSpecification): number {
    const path = relative(this.ctx.config.root, moduleId);
    const at = LONGEST.findIndex((start) => path.startsWith(start));
    return at === -1 ? LONGEST.length : at;
  }
}
