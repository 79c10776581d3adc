import { describe, expect, it } from "vitest";
import { mountOf, parseMountInfo, readOnlyOptions, seenThrough } from "./mount-table.ts";

const INFO = `22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
28 27 0:25 / /mnt/with\\040space\\134x rw,nosuid,nodev,noatime shared:5 - tmpfs tmpfs rw
29 27 0:25 / /mnt/gr\\303\\266\\303\\237e ro,noexec - tmpfs tmpfs rw
not a line
`;

describe("the mount table", () => {
  it("is read with the names as they are", () => {
    expect(parseMountInfo(INFO).map(({ path }) => path)).toEqual(["/proc", "/", "/mnt/with space\\x", "/mnt/größe"]);
  });

  it("says what a mount must keep when it becomes read-only", () => {
    expect(parseMountInfo(INFO).map(readOnlyOptions)).toEqual([
      "ro,relatime",
      "ro,relatime",
      "ro,nosuid,nodev,noatime",
      "ro,noexec",
    ]);
  });

  it("says of which file system it shows which part", () => {
    const info = "30 20 0:26 /ma\\040chine /sys/fs/cgroup rw shared:9 master:2 - cgroup2 cgroup rw\n";
    const mounts = parseMountInfo(INFO + info);
    expect(mounts.map(({ type }) => type)).toEqual(["proc", "ext4", "tmpfs", "tmpfs", "cgroup2"]);
    const [last] = parseMountInfo(info);
    if (last === undefined) throw new Error("no mount was read");
    const seen = ["/ma chine", "/ma chine/app", "/ma chine2/app", "/"].map((path) => seenThrough(last, path));
    expect(seen).toEqual(["/sys/fs/cgroup", "/sys/fs/cgroup/app", null, null]);
    expect(seenThrough({ ...last, root: "/" }, "/app")).toBe("/sys/fs/cgroup/app");
  });

  it("knows on which mount a path lies", () => {
    const mounts = parseMountInfo(INFO);
    expect(mountOf(mounts, "/proc/self").path).toBe("/proc");
    expect(mountOf(mounts, "/proc2").path).toBe("/");
    expect(mountOf([], "/x").path).toBe("/");
  });
});
