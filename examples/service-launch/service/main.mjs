import { adminToken, port } from "./config.mjs";
import { createLinkServer } from "./server.mjs";

const server = createLinkServer({ adminToken });
server.listen(port, "127.0.0.1", () => {
  process.stdout.write(`listening on ${server.address().port}\n`);
});

process.once("SIGTERM", () => {
  server.close();
  server.closeAllConnections();
});
