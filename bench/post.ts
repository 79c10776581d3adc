import { type Agent, request } from "node:http";

/** Posts a JSON text as cheaply as Node can; answers what came back. @throws Error for anything but success */
export async function post(agent: Agent, url: string, token: string, body: string): Promise<string> {
  return await new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
    };
    const call = request(url, { method: "POST", agent, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (text += chunk));
      response.on("end", () => {
        if ((response.statusCode ?? 500) < 300) resolve(text);
        else reject(new Error(`${url}: ${response.statusCode ?? 0} ${text}`));
      });
    });
    call.on("error", reject);
    call.end(body);
  });
}
