/** What would lead a process to a developer's own database, server or receiver of traces, or change its settings. */
const OWN = /^(?:DATABASE_URL|REDIS_URL|HOLDPOINT_.*|OTEL_.*)$/;

/** The environment that the tests run in, without what is of the developer's own Holdpoint: each test says what it needs. */
export function outerEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !OWN.test(name)));
}
