import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { expect, test } from "vitest";
import { freePort } from "../runner/processes.ts";
import { startBalancer } from "./balancer.ts";

async function answering(name: string): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer((_, response) => response.setHeader("connection", "close").end(name));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return { server, port: typeof address === "object" && address !== null ? address.port : 0 };
}

test("the balancer goes to its servers in turn, and to the others where nobody listens", async () => {
  const [one, two] = [await answering("one"), await answering("two")];
  const balancer = await startBalancer([one.port, await freePort(), two.port]);
  const heard = new Set<string>();
  for (let count = 0; count < 6; count += 1) heard.add(await (await fetch(balancer.url)).text());
  expect([...heard].sort()).toEqual(["one", "two"]);
  two.server.close();
  await once(two.server, "close");
  for (let count = 0; count < 3; count += 1) expect(await (await fetch(balancer.url)).text()).toBe("one");
  one.server.close();
  await once(one.server, "close");
  await expect(fetch(balancer.url)).rejects.toThrow("fetch failed");
  await balancer.stop();
});
