/**
 * The JSON-RPC messages of an answer: one as JSON, several as server-sent events, none for what needs no answer.
 *
 * @param type media type of the answer
 * @throws Error when the body is of another kind, or is cut off in the middle of a message
 */
export async function* messagesOf(response: Response, type: string): AsyncGenerator {
  if (type.startsWith("text/event-stream")) {
    for await (const data of eventsOf(response)) yield JSON.parse(data);
    return;
  }
  const text = await response.text();
  if (text === "") {
    if (!response.ok) throw new Error(`status ${response.status} without a message`);
    return;
  }
  if (!type.startsWith("application/json")) throw new Error(`status ${response.status} with ${type || "no type"}`);
  yield JSON.parse(text);
}

/** The data of server-sent events. https://html.spec.whatwg.org/multipage/server-sent-events.html */
async function* eventsOf(response: Response): AsyncGenerator<string> {
  if (response.body === null) return;
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of response.body) {
    rest += decoder.decode(chunk, { stream: true });
    const events = rest.split(/\r?\n\r?\n/);
    rest = events.pop() ?? "";
    for (const event of events) {
      const data = dataOf(event);
      if (data !== "") yield data;
    }
  }
}

function dataOf(event: string): string {
  return event
    .split(/\r?\n/)
    .filter((line) => line.startsWith("data:"))
    .map((line) => line.slice(5).replace(/^ /, ""))
    .join("\n");
}
