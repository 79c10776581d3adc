import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { shortSocketDir } from "./socket-dir.ts";

let base: string;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "holdpoint-socket-"));
});

afterEach(() => {
  rmSync(base, { recursive: true });
});

test("a short path is used as it is", () => {
  expect(shortSocketDir("/srv/plan/.holdpoint/pg/run").path).toBe("/srv/plan/.holdpoint/pg/run");
});

test("a path too long for a socket is reached through a link that only this user can change", () => {
  const long = join(base, "a-rather-long-directory-name/".repeat(6));
  mkdirSync(long, { recursive: true });
  const socket = shortSocketDir(long);
  expect(socket.path.length).toBeLessThan(80);
  expect(realpathSync(socket.path)).toBe(realpathSync(long));
  expect(statSync(dirname(socket.path)).mode & 0o077).toBe(0);
  socket.remove();
  expect([existsSync(socket.path), existsSync(long)]).toEqual([false, true]);
});

test("length is counted in bytes", () => {
  expect(shortSocketDir(join(base, "ü".repeat(50)), base).path).not.toContain("ü");
});
