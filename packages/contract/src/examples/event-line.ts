/** An example of what `run --events` prints before the final object, shown in its reference page. */
export const eventLineExample = `{"at":"2026-03-02T09:00:00.000Z","type":"run.started","plan":"Search service","tasks":2,"gates":1,"agents":["builder"]}
{"at":"2026-03-02T09:00:00.120Z","type":"attempt.started","task":"IDX-1","title":"Build the index","attempt":1,"agent":"builder"}
{"at":"2026-03-02T09:00:04.000Z","type":"attempt.progress","task":"IDX-1","attempt":1,"value":0.5,"message":"writing the tests"}
{"at":"2026-03-02T09:00:09.300Z","type":"check.started","check":"coverage","command":"npm run coverage"}
{"at":"2026-03-02T09:00:13.510Z","type":"check.ended","check":"coverage","outcome":"exit 0","durationMs":4210}
{"at":"2026-03-02T09:00:13.600Z","type":"gate.judged","gate":"g-5c7d20e1a94b","metric":"line_coverage","text":">= 90 %","severity":"critical","verdict":"pass","reason":"met","explanation":"Line coverage is 93.1 %, asked is >= 90 %."}
{"at":"2026-03-02T09:00:13.700Z","type":"attempt.ended","task":"IDX-1","title":"Build the index","attempt":1,"agent":"builder","outcome":"accepted","summary":""}
{"at":"2026-03-02T09:00:13.710Z","type":"task.waiting","task":"IDX-2","title":"Review the schema","why":"no agent for review"}
{"at":"2026-03-02T09:00:13.720Z","type":"note","level":"warning","message":"line 12: the dependency IDX-9 is deferred and not waited for"}
`;
