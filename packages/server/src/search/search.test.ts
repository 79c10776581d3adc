import type { Store } from "@holdpoint/store";
import { TEST_SERVERS, type TestServer } from "@holdpoint/store/testing";
import { array, assert, asyncProperty, constantFrom, oneof, string } from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Answered, type StartedPlane, startPlane } from "../control-plane.testing.ts";
import { createSearchDesk } from "./search-desk.ts";

interface Hit {
  readonly kind: string;
  readonly id: string;
  readonly plan: string | null;
  readonly title: string;
  readonly snippet: string;
  readonly marks: readonly { readonly at: number; readonly length: number }[];
  readonly link: string;
  readonly score: number;
}

const DOCUMENT = `# Harbour works

## Phase 1: Quay

### Step 1.1: Pour the concrete of the quay

**Quality gate**: concrete_strength >= 30 MPa

- [ ] QUAY-7 Survey the Überlauf basin
`;
describe.each(TEST_SERVERS)("search on $name", (kind) => {
  let server: TestServer;
  let store: Store;
  let plane: StartedPlane;
  let planId: string;
  let digest: string;

  beforeAll(async () => {
    server = await kind.start();
    store = await server.openStore(() => Date.now());
    plane = await startPlane(store);
    const imported = await call("POST", "/v1/plans", { source: "docs/HARBOUR.md", document: DOCUMENT });
    planId = (imported.body["plan"] as { readonly id: string }).id;
    const titles = ["Order the crane", "Crane", "Paint the crane's cabin", "Grease cranes"];
    const tasks = titles.map((title, at) => ({ title, key: `crane-${at}`, payload: { title: "hidden" } }));
    await call("POST", "/v1/tasks/batch", { queue: "yard", tasks });
    const agents = [{ name: "dockhand", capabilities: ["crane", "rope"] }];
    await call("POST", "/v1/agents", { agents });
    const { body } = await call("POST", "/v1/work/claim", { agent: "dockhand", plan: planId, leaseTtlMs: 60_000 });
    const [task] = body["tasks"] as readonly { readonly id: string }[];
    const evidence = [{ type: "metric", metric: "concrete_strength", value: 31, unit: "MPa" }];
    const added = await call("POST", `/v1/tasks/${task?.id}/attempts/1/evidence`, { evidence });
    [digest = ""] = added.body["digests"] as readonly string[];
    await plane.call("POST", "/v1/tasks", { title: "Crane of another" }, { token: "other:all" });
  });
  afterAll(async () => {
    await plane.close();
    await server.stop();
  });

  const call = (method: string, path: string, body?: unknown): Promise<Answered> => plane.call(method, path, body);
  const find = async (q: string, more = ""): Promise<readonly Hit[]> => {
    const { status, body } = await call("GET", `/v1/search?q=${encodeURIComponent(q)}${more}`);
    expect([q, status]).toEqual([q, 200]);
    return body["items"] as readonly Hit[];
  };
  const found = async (q: string, more = ""): Promise<readonly string[]> =>
    (await find(q, more)).map((hit) => `${hit.kind} ${hit.title}`);

  test("finds each kind by its words, by their beginnings, and only what has all of them", async () => {
    expect(await found("harbour")).toEqual(["plan Harbour works"]);
    expect(await found("conc", "&kind=item")).toEqual(["item Step 1.1: Pour the concrete of the quay"]);
    expect(await found("concrete strength", "&kind=gate")).toEqual(["gate concrete_strength >= 30"]);
    expect(await found("rope")).toEqual(["agent dockhand"]);
    expect(await found("paint cabin")).toEqual(["task Paint the crane's cabin"]);
    expect(await found("paint engine")).toEqual([]);
    expect(await found("ÜBERLAUF basin", "&kind=item")).toEqual(["item Survey the Überlauf basin"]);
  });

  test("puts whole words and beginnings of titles first", async () => {
    expect(await found("crane", "&kind=task")).toEqual([
      "task Crane",
      "task Order the crane",
      "task Paint the crane's cabin",
      "task Grease cranes",
    ]);
  });

  test("finds by ids, keys, names and digests, whole ones first, and links to each", async () => {
    const [task] = await find("crane-2", "&kind=task");
    expect(task).toMatchObject({ title: "Paint the crane's cabin" });
    expect(await found("crane-", "&kind=task")).toHaveLength(4);
    for (const [text, id] of [
      [planId, planId],
      [planId.slice(0, 13), planId],
      ["docs/HARB", planId],
      [task?.id ?? "", task?.id],
      ["dockh", "dockhand"],
      [digest, digest],
      [digest.slice(0, 20), digest],
      [digest.slice("sha256:".length, 25), digest],
    ] as const) {
      expect([text, (await find(text)).some((hit) => hit.id === id)]).toEqual([text, true]);
    }
    const all = [
      ...(await find("quay")),
      ...(await find("concrete strength")),
      ...(await find("dockhand")),
      ...(await find(digest)),
      ...(await find("harb")),
    ];
    expect(new Set(all.map((hit) => hit.kind))).toEqual(new Set(["plan", "item", "task", "gate", "agent", "evidence"]));
    for (const hit of [...all, task]) {
      const { status, text } = await call("GET", hit?.link ?? "");
      expect([hit?.link, status, text.includes(hit?.id ?? "?")]).toEqual([hit?.link, 200, true]);
    }
  });

  test("shows a snippet with the words marked", async () => {
    const [hit] = await find("concr quay", "&kind=item");
    const words = hit?.marks.map(({ at, length }) => hit.snippet.slice(at, at + length));
    expect([hit?.snippet, words]).toEqual(["Step 1.1: Pour the concrete of the quay", ["concr", "quay"]]);
  });

  test("goes on from page to page without leaving out or repeating anything", async () => {
    const whole = (await find("crane")).map(({ id }) => id);
    const seen: string[] = [];
    let next: string | null = null;
    do {
      const cursor = next === null ? "" : `&cursor=${next}`;
      const { body } = await call("GET", `/v1/search?q=crane&limit=2${cursor}`);
      seen.push(...(body["items"] as readonly Hit[]).map(({ id }) => id));
      next = body["next"] as string | null;
    } while (next !== null);
    expect([seen, seen.length]).toEqual([whole, 5]);
  });

  test("finds nothing of another tenant, by words or by id", async () => {
    const ids = [planId, digest, "crane", "crane-1", "harbour", "dockhand"];
    for (const q of ids) {
      const { body } = await plane.call("GET", `/v1/search?q=${q}`, undefined, { token: "other:read" });
      expect([q, (body["items"] as readonly Hit[]).map(({ title }) => title)]).toEqual([
        q,
        q === "crane" ? ["Crane of another"] : [],
      ]);
    }
    const evidence = await plane.call("GET", `/v1/evidence/${digest}`, undefined, { token: "other:read" });
    expect(evidence.body["code"]).toBe("HP9105");
  });

  test("cannot be asked for another tenant even with its name", async () => {
    const asOther = store.forTenant("other");
    expect((await createSearchDesk(asOther, "t").find({ q: "crane", kinds: [], cursor: null, limit: 9 })).hits).toEqual(
      [],
    );
  });

  test("finds by key and by metric however long the title is, and by the title however long the key is", async () => {
    const long = "word ".repeat(120);
    const document = `# Long\n\n## Phase 9\n\n**Quality gate**: tide_height < 3 m ${long}\n\n- [ ] BUOY-9 ${long}\n`;
    const source = `${"y".repeat(390)}/LONG.md`;
    const { body } = await call("POST", "/v1/plans", {
      source,
      document: `${document}\n- [ ] ${"z".repeat(600)} lantern\n`,
    });
    const { id } = body["plan"] as { readonly id: string };
    expect((await find("buoy 9", "&kind=item")).map((hit) => hit.id)).toEqual([expect.stringMatching(/buoy-9/i)]);
    const [gate] = await find("tide_height", "&kind=gate");
    expect((await find(gate?.id ?? "", "&kind=gate")).map((hit) => hit.id)).toEqual([gate?.id]);
    expect((await find("long.md", "&kind=plan")).map((hit) => hit.id)).toEqual([id]);
  });

  test("finds texts with letters apart from their marks, and those with composed ones, by either", async () => {
    const [apart, composed] = ["docs/Mu\u0308hle.md", "docs/M\u00fchle-2.md"];
    const document = "# Mu\u0308hlrad\n\n- [ ] M\u00fchlbach\n- [ ] Mu\u0308hlgraben\n";
    for (const source of [apart, composed]) await call("POST", "/v1/plans", { source, document });
    await call("POST", "/v1/tasks", { title: "Die Mu\u0308hle" });
    for (const shape of ["NFC", "NFD"]) {
      const sources = async (q: string): Promise<unknown> =>
        (await find(q.normalize(shape), "&kind=plan")).map((hit) => [hit.snippet, hit.score >= 3_000]);
      expect(await sources("docs/M\u00fchle")).toEqual([
        ["M\u00fchlrad · docs/M\u00fchle.md", true],
        ["M\u00fchlrad · docs/M\u00fchle-2.md", true],
      ]);
      expect(await sources(apart)).toEqual([
        ["M\u00fchlrad · docs/M\u00fchle.md", true],
        ["M\u00fchlrad · docs/M\u00fchle-2.md", false],
      ]);
      expect(await found("m\u00fchlbach".normalize(shape), "&kind=item")).toHaveLength(2);
      expect(await found("M\u00dcHLGRABEN".normalize(shape), "&kind=item")).toHaveLength(2);
      const [task] = await find("die m\u00fchle".normalize(shape), "&kind=task");
      expect([task?.title, task?.marks]).toEqual([
        "Die Mu\u0308hle",
        [
          { at: 0, length: 3 },
          { at: 4, length: 5 },
        ],
      ]);
      // The keys of tasks that came from a document hold letters beyond ASCII.
      expect(await found("m\u00fchlgr".normalize(shape), "&kind=task")).toHaveLength(2);
    }
  });

  test("finds a whole key of a task first, however many keys begin with it, in any queue", async () => {
    for (const queue of ["north", "south"]) {
      const tasks = ["pier-1", "pier-10", "pier-100", "PIER-1"].map((key) => ({ title: "Drive", key }));
      await call("POST", "/v1/tasks/batch", { queue, tasks });
    }
    const scores = (await find("pier-1", "&kind=task")).map(({ score }) => score);
    expect(scores).toEqual([6_000, 6_000, 3_000, 3_000, 3_000, 3_000]);
    expect(await find("pier-100", "&kind=task")).toHaveLength(2);
    expect(await find("PIER-", "&kind=task")).toHaveLength(2);
  });

  test("keeps every text that can be stored, however long its words are", async () => {
    const body = { title: "🚀".repeat(250), key: "rocket" };
    expect((await call("POST", "/v1/tasks", body)).status).toBe(201);
    const document = `# ${"é".repeat(9_000)}\n\n- [ ] ${"x".repeat(9_000)}\n`;
    expect((await call("POST", "/v1/plans", { source: "y".repeat(400), document })).status).toBe(201);
    expect(await found("🚀", "&kind=task")).toHaveLength(1);
    // It is composed of three characters, four bytes each.
    const note = { source: "notes", document: `# n\n\n- [ ] ${"\u{1d160}".repeat(600)}\n` };
    expect((await call("POST", "/v1/plans", note)).status).toBe(201);
    expect(await found("\u{1d160}", "&kind=item")).toHaveLength(1);
    expect(await found("x".repeat(299), "&kind=item")).toHaveLength(1);
  });

  test.each([
    ["q=", 400, "HP9101"],
    ["", 400, "HP9101"],
    [`q=${"x".repeat(301)}`, 400, "HP9101"],
    ["q=x&kind=plans", 400, "HP9101"],
    ["q=x&kind=plan,", 200, undefined],
    ["q=x&limit=0", 400, "HP9101"],
    ["q=%00", 422, "HP5023"],
    ["q=%25_%27", 422, "HP9334"],
    ["q=x&cursor=x", 422, "HP5024"],
    [`q=x&cursor=${Buffer.from('[1,"a","b","c\\u0000"]').toString("base64url")}`, 422, "HP5024"],
    [`q=x&cursor=${Buffer.from('[1e300,"a","b","c"]').toString("base64url")}`, 422, "HP5024"],
    [`q=x&cursor=${Buffer.from("[1,2,3,4]").toString("base64url")}`, 422, "HP5024"],
    [`q=x&cursor=${Buffer.from('{"a":1}').toString("base64url")}`, 422, "HP5024"],
  ])("answers ?%s with %i", async (query, status, code) => {
    const answer = await call("GET", `/v1/search?${query}`);
    expect([answer.status, answer.body["code"]]).toEqual([status, code]);
  });

  test("takes any text: quotes, operators, NUL, halves of characters, very long words", async () => {
    const signs = [
      "'",
      '"',
      "\\",
      "&",
      "|",
      "!",
      ":*",
      "<->",
      "(",
      ")",
      "\0",
      "\ud800",
      "%",
      "_",
      "::",
      "$1",
      "--",
      "/*",
    ];
    const words = ["é", "İ", "ﬁ", "ß", "🚀", "=t", "'=other'", "\u{10ffff}", "sha256:", "0190", "é".repeat(70)];
    const odd = constantFrom(...signs, ...words);
    const text = array(oneof(odd, string({ unit: "binary", maxLength: 8 })), { maxLength: 12 });
    await assert(
      asyncProperty(text, async (parts) => {
        const query = new URLSearchParams({ q: parts.join("").slice(0, 300) });
        const { status, text: said } = await call("GET", `/v1/search?${query.toString()}`);
        expect([200, 400, 422]).toContain(status);
        expect(said).not.toContain("Crane of another");
      }),
      { numRuns: 120 },
    );
  }, 120_000);
});
