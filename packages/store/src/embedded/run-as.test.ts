import { describe, expect, test } from "vitest";
import { chooseRunAs, giveTo, type RunAsHost } from "./run-as.ts";

const PASSWD =
  "root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\nada:x:1000:1001::/home/ada:/bin/sh\nodd\n";

function host(changes: Partial<RunAsHost>): RunAsHost {
  return { uid: 0, platform: "linux", passwd: PASSWD, succeeds: () => true, ...changes };
}

describe("how PostgreSQL is started", () => {
  test("as an ordinary user it is started as that user", () => {
    expect(chooseRunAs(host({ uid: 1000 }))).toMatchObject({ kind: "same-user", prefix: [] });
  });

  test("as root on Linux it is started in a user namespace that shows a user with a name", () => {
    expect(chooseRunAs(host({}))).toMatchObject({
      kind: "user-namespace",
      prefix: ["unshare", "--user", "--map-user=1000", "--map-group=1001"],
    });
  });

  test("without user namespaces it is started as another user", () => {
    expect(chooseRunAs(host({ succeeds: () => false }))).toMatchObject({
      kind: "other-user",
      user: { uid: 65534, gid: 65534 },
      description: "as user nobody",
    });
  });

  test("the user of a PostgreSQL package comes before nobody", () => {
    const passwd = `${PASSWD}postgres:x:70:71::/:/bin/sh\n`;
    expect(chooseRunAs(host({ passwd, succeeds: () => false })).user).toEqual({ uid: 70, gid: 71 });
  });

  test("elsewhere than on Linux there is no namespace to try", () => {
    expect(chooseRunAs(host({ platform: "darwin" })).kind).toBe("other-user");
  });

  test("where neither can be had, DATABASE_URL is named as the way out", () => {
    expect(() => chooseRunAs(host({ passwd: "" }))).toThrow(
      expect.objectContaining({ code: "HP6002", remedy: expect.stringContaining("DATABASE_URL") }),
    );
  });

  test("files are only given away when another user runs it", () => {
    expect(() => giveTo(chooseRunAs(host({ uid: 1000 })), "/nowhere")).not.toThrow();
    expect(() => giveTo(chooseRunAs(host({ succeeds: () => false })), "/nowhere")).toThrow("ENOENT");
  });

  test("this machine offers a way", () => {
    expect(chooseRunAs().description).not.toBe("");
  });
});
