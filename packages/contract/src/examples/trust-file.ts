/** An example of a trust file, shown in its reference page. */
export const trustFileExample = `# Written by holdpoint trust; sealed with your key, so edits make it void.
schema: holdpoint/trust/v1
plan: /home/dev/service/PLAN.md
entries:
  - command: node checks/coverage.mjs
    digest: sha256:1c4d0c4f5d7a2c6b0f0f5a2d0c1b7d8e9f3a6b5c4d2e1f0a9b8c7d6e5f4a3b2c
    scripts:
      - path: checks/coverage.mjs
        digest: sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
agents:
  - name: build
    command: node agents/build.mjs
    digest: sha256:60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752
sealed: fd61a03af4f77d870fc21e05e7e80678095c92d808cfb3b5c279ee04c74aca13
`;
