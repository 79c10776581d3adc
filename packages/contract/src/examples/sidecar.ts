/** An example of a sidecar, shown in its reference page. */
export const sidecarExample = `# PLAN.holdpoint.yaml: what proves PLAN.md
holdpoint: sidecar/v1
minTier: E2

checks:
  - id: unit-tests
    run: node --test --test-reporter=junit
    timeout: 2min
    reader: junit
    inputs: ["src/**", "tests/**"]
  - id: coverage
    run: node checks/coverage.mjs
    files: [build/lcov.info]
    reader: lcov
  - id: smoke
    run: ./checks/smoke.sh
    env: [SERVICE_PORT]

gates:
  line_coverage: { check: coverage, metric: line_coverage }
  g-0be3f5a91c28:
    check: smoke
    exit: 0
    maxAge: 24h
    owner: release-manager
    onInconclusive: { hold: 24h, then: ask }
`;
