import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** One address for several servers. */
export interface Balancer {
  readonly url: string;
  stop(): Promise<void>;
}

/** Passes each connection on to one of the ports on loopback, in turn; to the next one where nobody listens. */
export async function startBalancer(ports: readonly number[]): Promise<Balancer> {
  const open = new Set<Socket>();
  let turn = 0;
  const keep = (socket: Socket): void => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
  };
  const server = createServer((caller) => {
    keep(caller);
    turn += 1;
    passOn(caller, turn, ports.length);
  });

  function passOn(caller: Socket, at: number, tries: number): void {
    const target = connect(ports[at % ports.length] ?? 0, "127.0.0.1");
    keep(target);
    let isConnected = false;
    target.once("connect", () => {
      isConnected = true;
      caller.pipe(target).pipe(caller);
    });
    target.on("error", () => {
      if (isConnected || tries <= 1) caller.destroy();
      else passOn(caller, at + 1, tries - 1);
    });
    target.once("close", () => {
      if (isConnected) caller.destroy();
    });
    caller.on("error", () => target.destroy());
    caller.once("close", () => target.destroy());
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the balancer has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    async stop() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
