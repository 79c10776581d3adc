import { createServer } from "node:http";

/** The HTTP handler. LNK-05 joins the modules here; until then every request is answered with 501. */
export function createLinkServer(_options) {
  return createServer((_request, response) => {
    response.writeHead(501, { "content-type": "application/json" });
    response.end('{"error":"not_implemented"}\n');
  });
}
