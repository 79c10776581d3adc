/** An example of what an agent prints, shown in its reference page. */
export const agentLinesExample = `{"type":"progress","value":0.5,"message":"writing the tests"}
{"type":"log","level":"info","message":"wrote tests/quota.test.mjs"}
{"type":"metric","key":"files_written","value":3}
{"type":"artifact","path":"build/report.xml","reader":"junit"}
{"type":"evidence","metric":"reviewed_by_hand","value":true}
{"type":"result","outcome":"done","summary":"the quota module has tests for every branch"}
`;
