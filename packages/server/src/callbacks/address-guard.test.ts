import { describe, expect, test } from "vitest";
import { createAddressGuard } from "./address-guard.ts";

const PUBLIC = { address: "93.184.215.14", family: 4 };

function guardOf(allow: readonly string[] = [], found: readonly { address: string; family: number }[] = [PUBLIC]) {
  return createAddressGuard(allow, () => Promise.resolve(found));
}

describe("the guard of addresses", () => {
  test.each([
    "http://0.0.0.0/",
    "http://10.1.2.3/",
    "http://100.64.0.1/",
    "http://127.0.0.1/",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f.0.0.1/",
    "http://169.254.169.254/",
    "http://172.31.255.255/",
    "http://192.0.0.192/",
    "http://192.168.0.1/",
    "http://198.18.0.1/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "http://[::]/",
    "http://[::1]/",
    "http://[::127.0.0.1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[64:ff9b::10.0.0.1]/",
    "http://[2002:7f00:1::]/",
    "http://[2001:db8::1]/",
    "http://[fc00::1]/",
    "http://[fe80::1]/",
    "http://[fec0::1]/",
    "http://[ff02::1]/",
    "http://[4000::1]/",
  ])("lets nothing go to %s", async (url) => {
    expect(guardOf().mayAsk(new URL(url))).toBe(false);
    await expect(guardOf().pin(new URL(url))).rejects.toThrow("may not go to");
  });

  test("lets callbacks go to the public internet, by name and by number", async () => {
    const guard = guardOf();
    expect(guard.mayAsk(new URL("https://example.org/"))).toBe(true);
    expect(await guard.pin(new URL("https://example.org/"))).toEqual(PUBLIC);
    expect(await guard.pin(new URL("http://93.184.215.14/"))).toEqual(PUBLIC);
    expect(await guard.pin(new URL("http://[2606:4700::1111]/"))).toEqual({ address: "2606:4700::1111", family: 6 });
  });

  test("refuses a name of which any address is not one to go to", async () => {
    const guard = guardOf([], [PUBLIC, { address: "10.0.0.1", family: 4 }]);
    await expect(guard.pin(new URL("https://example.org/"))).rejects.toThrow("may not go to");
    await expect(guardOf([], []).pin(new URL("https://example.org/"))).rejects.toThrow("no address");
  });

  test("lets callbacks go to what is allowed: names, addresses, networks", async () => {
    const inside = [{ address: "10.1.2.3", family: 4 }];
    expect(await guardOf(["10.0.0.0/8"], inside).pin(new URL("http://a.internal/"))).toEqual(inside[0]);
    expect(await guardOf(["10.1.2.3"], inside).pin(new URL("http://a.internal/"))).toEqual(inside[0]);
    expect(await guardOf(["A.internal"], inside).pin(new URL("http://a.internal./"))).toEqual(inside[0]);
    await expect(guardOf(["b.internal"], inside).pin(new URL("http://a.internal/"))).rejects.toThrow("may not go to");
    await expect(guardOf(["10.2.0.0/16"], inside).pin(new URL("http://a.internal/"))).rejects.toThrow("may not go to");
    const guard = guardOf(["fd00::/8", "::1"]);
    expect([guard.mayAsk(new URL("http://[fd12::1]/")), guard.mayAsk(new URL("http://[::1]/"))]).toEqual([true, true]);
    expect(guard.mayAsk(new URL("http://10.1.2.3/"))).toBe(false);
  });
});
