/** What agents are told in AGENTS.md; between the marks of the managed block. */
export const AGENTS_TEXT = `## Working with Holdpoint

The plan of this project is worked through Holdpoint. A task is done when its gates pass on evidence, not when somebody
says so.

1. \`work_next\` (MCP server \`holdpoint\`) gives you a task, what it must prove, and a lease. Keep its \`attempt\` number.
2. Do the work. Call \`work_heartbeat\` before the lease runs out.
3. \`evidence_submit\` hands in reports, such as JUnit or LCOV files, as your tools wrote them.
4. \`work_finish\` asks for acceptance. When it is refused, do what \`missing\` and \`next_actions\` say.
5. When you cannot go on, \`work_release\` hands the task back, with the reason.

Do not edit \`.holdpoint/\`, sidecars (\`*.holdpoint.yaml\`), or status marks in the plan; do not lower thresholds, delete or
skip tests, or change checks to get a gate open. \`gate_explain\` says why a gate is shut.
`;
