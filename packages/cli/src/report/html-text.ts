/** A piece of HTML that is safe to put into a page: only {@link html} and {@link trusted} make it. */
export interface SafeHtml {
  readonly [SAFE]: string;
}

/** What a template may hold: text (escaped), safe pieces, lists of both; null and false are nothing. */
export type HtmlPart = string | number | SafeHtml | null | false | readonly HtmlPart[];

const SAFE: unique symbol = Symbol("safe html");

/**
 * Template tag that escapes every text put into it. The only way in which text of a document, an agent or a command
 * comes into a report.
 */
export function html(pieces: TemplateStringsArray, ...parts: readonly HtmlPart[]): SafeHtml {
  const written = pieces.map((piece, index) => piece + (index < parts.length ? write(parts[index] ?? null) : ""));
  return trusted(written.join(""));
}

/** Takes HTML as it is. Only for text that stands in this program, never for text from outside. */
export function trusted(text: string): SafeHtml {
  return { [SAFE]: text };
}

/** The HTML of a safe piece. */
export function toText(piece: SafeHtml): string {
  return piece[SAFE];
}

/**
 * Escapes text for HTML content and quoted attributes.
 *
 * Control characters and half surrogate pairs, which HTML may not hold, become U+FFFD; line ends and tabs stay. Marks
 * that override the direction of text are taken out: a title could read as another one.
 */
export function escapeHtml(text: string): string {
  return text
    .replace(UNFIT, "\ufffd")
    .replace(REORDERING, "")
    .replace(/[&<>"'`]/g, (character) => ENTITIES[character] ?? character);
}

// oxlint-disable-next-line no-control-regex -- finding control characters is what this is for
const UNFIT = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff]|\p{Surrogate}/gu;

const REORDERING = /[\u202a-\u202e\u2066-\u2069]/g;

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "`": "&#96;",
};

function write(part: HtmlPart): string {
  if (part === null || part === false) return "";
  if (typeof part === "string") return escapeHtml(part);
  if (typeof part === "number") return String(part);
  return isSafe(part) ? part[SAFE] : part.map(write).join("");
}

function isSafe(part: SafeHtml | readonly HtmlPart[]): part is SafeHtml {
  return SAFE in part;
}
