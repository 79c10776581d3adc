/** Check `smoke`: starts the service and walks through it once; prints TAP. */
import { withService } from "./running-service.mjs";

const ADDRESS = "https://example.org/launch";
const ADMIN = "smoke-only";

/** Each step says whether it was so. Later steps use what earlier ones left in `memory`. */
const STEPS = {
  "the service says that it is operational": async ({ get }) => (await json(get("/health"))).state === "operational",
  "a link can be created": async ({ post, memory }) => {
    const response = await post("/links", { url: ADDRESS });
    memory.code = (await response.json()).code;
    return response.status === 201 && typeof memory.code === "string";
  },
  "its code redirects to the address": async ({ get, memory }) => {
    const response = await get(`/${memory.code}`);
    return response.status === 302 && response.headers.get("location") === ADDRESS;
  },
  "it can be looked at": async ({ get, memory }) => (await json(get(`/links/${memory.code}`))).url === ADDRESS,
  "an address that is none is refused": async ({ post }) => (await post("/links", { url: "none" })).status === 400,
  "nobody removes it without the token": async ({ remove, memory }) => (await remove(memory.code)).status === 403,
};

process.stdout.write(`TAP version 13\n1..${Object.keys(STEPS).length}\n`);
await withService(
  async ({ base }) => {
    const client = {
      memory: {},
      get: (path) => fetch(base + path, { redirect: "manual" }),
      post: (path, body) => fetch(base + path, { method: "POST", body: JSON.stringify(body) }),
      remove: (code) => fetch(`${base}/links/${code}`, { method: "DELETE" }),
    };
    for (const [index, [name, holds]] of Object.entries(STEPS).entries()) {
      const ok = await holds(client).catch(() => false);
      process.stdout.write(`${ok ? "ok" : "not ok"} ${index + 1} - ${name}\n`);
      if (!ok) process.exitCode = 1;
    }
  },
  { LINKS_ADMIN_TOKEN: ADMIN },
);

async function json(response) {
  return (await response).json();
}
