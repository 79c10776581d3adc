export { startTestServer, TEST_SERVERS } from "./test-server.ts";
export type { TestServer, TestServerKind } from "./test-server.types.ts";
