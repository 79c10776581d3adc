import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** How a runner is. */
export interface RunnerHealth {
  /** `away`: the server does not answer; what runs goes on, and reports wait on disk. */
  readonly status: "ok" | "away" | "draining";
  readonly runner: string;
  readonly server: string;
  /** Milliseconds since the server last answered. */
  readonly silentMs: number;
  readonly agents: number;
  readonly running: number;
  /** Reports on disk that the server has not taken yet. */
  readonly spooled: number;
}

/** Serves a runner's own `/health` on loopback: 200 while it can work, 503 while it cannot. @param port 0 takes any */
export async function serveHealth(
  port: number,
  health: () => RunnerHealth,
): Promise<{ readonly url: string; close(): void }> {
  const server: Server = createServer((request, response) => {
    if (request.url !== "/health") {
      response.writeHead(404).end();
      return;
    }
    const state = health();
    response.writeHead(state.status === "ok" ? 200 : 503, { "content-type": "application/json" });
    response.end(`${JSON.stringify(state)}\n`);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  server.unref();
  return {
    url: `http://127.0.0.1:${portOf(server.address())}/health`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function portOf(address: AddressInfo | string | null): number {
  return typeof address === "object" && address !== null ? address.port : 0;
}
