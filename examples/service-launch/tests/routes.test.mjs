import assert from "node:assert/strict";
import test from "node:test";
import { matchRoute, ROUTES } from "../service/routes.mjs";

test("every route is found by its own method and path", () => {
  for (const route of ROUTES) {
    const found = matchRoute(route.method, route.path.replace(":code", "abc2345"));
    assert.equal(found.name, route.name);
  }
});

test("a code in the path is handed on", () => {
  assert.deepEqual(matchRoute("GET", "/abc2345"), { name: "follow", code: "abc2345" });
});

test("a known path with another method says which methods there are", () => {
  assert.deepEqual(matchRoute("PUT", "/links/abc2345"), { allow: ["GET", "DELETE"] });
});

test("a path that is written out is never taken for a code", () => {
  assert.deepEqual(matchRoute("GET", "/links"), { allow: ["POST"] });
});

test("an unknown path has no route", () => {
  assert.equal(matchRoute("GET", "/a/b/c"), null);
});
