import { SaxesParser } from "saxes";

import { StopReading } from "../oddities.ts";
import type { ByteSource, ReadLimits } from "../reading.ts";
import { textChunks } from "../text/text-chunks.ts";
import { XmlMarkup } from "./xml-markup.ts";

/** Attributes of an element by name. */
export type XmlAttributes = Readonly<Record<string, string | undefined>>;

/** What a reader wants to know of a document. Names come without their namespace prefix. */
export interface XmlHandler {
  /** @param depth 1 for the root */
  open(name: string, attributes: XmlAttributes, depth: number): void;
  close(name: string, depth: number): void;
}

/**
 * Reads an XML document as it comes: elements and attributes, no text.
 *
 * Memory does not grow with the document: it holds one tag and the names of the open elements.
 *
 * @throws StopReading `malformed` for what is not well-formed, too deep or too large; `truncated` when it breaks off
 */
export async function readXml(source: ByteSource, limits: ReadLimits, handler: XmlHandler): Promise<void> {
  const parser = new SaxesParser<{ readonly xmlns: false }>({ xmlns: false });
  let depth = 0;
  let begun = false;
  let ending = false;
  parser.on("error", (error) => {
    throw new StopReading(ending ? "truncated" : "malformed", error.message);
  });
  parser.on("opentag", (tag) => {
    begun = true;
    depth += 1;
    if (depth > limits.maxDepth) throw new StopReading("malformed", `elements nest deeper than ${limits.maxDepth}`);
    handler.open(localName(tag.name), tag.attributes, depth);
  });
  parser.on("closetag", (tag) => {
    handler.close(localName(tag.name), depth);
    depth -= 1;
  });
  const sink = {
    write: (text: string): void => void parser.write(text),
    inside: (): boolean => depth > 0,
    begun: (): boolean => begun,
  };
  const markup = new XmlMarkup(sink, limits);
  for await (const chunk of textChunks(source, limits, { declared: true })) markup.write(chunk);
  ending = begun;
  markup.end();
  parser.close();
}

function localName(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}
