/** An example of an agent manifest, shown in its reference page. */
export const agentManifestExample = `# Writes the modules of the service; two of them at a time.
name: builder
version: 1.0.0
capabilities: [build, docs]
command: node agents/build.mjs
workspace: worktree
link: [node_modules]
env: [BUILD_PROFILE]
limits: { timeout: 10min, memory: 1GiB, cpu: 5min, processes: 64, output: 64MiB }
concurrency: 2
backoff: { first: 1s, longest: 1min }
health: node agents/build.mjs --self-test
`;
