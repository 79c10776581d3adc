export { startTestServer, TEST_SERVERS, type TestServer, type TestServerKind } from "./test-server.ts";
