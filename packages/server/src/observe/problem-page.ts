import { httpStatusOf, type ProblemDefinition } from "@holdpoint/core";

/** The page of a problem: what it means, why it is refused, what to do. Text alone, without scripts or styles. */
export function problemPage(code: string, definition: ProblemDefinition): string {
  const { title, message, why, remedy, retryable, exit } = definition;
  const status = httpStatusOf(definition);
  return `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>${code}: ${text(title)}</title></head>
<body>
<h1>${code}: ${text(title)}</h1>
<p>${places(message)}</p>
<p>${text(why)}</p>
<h2>What to do</h2>
<p>${places(remedy).replaceAll("\n", "<br>\n")}</p>
<p>HTTP status ${status}, exit code ${exit}; ${retryable ? "worth trying again unchanged" : "the same call will not succeed unchanged"}.</p>
</body>
</html>
`;
}

/** `{name}` places are set as code, so that nobody takes them for text. */
function places(template: string): string {
  return text(template)
    .replace(/\{(\w+)\}/g, "<code>&lt;$1&gt;</code>")
    .replace(/`([^`]+)`/g, "<code>$1</code>");
}

function text(value: string): string {
  return value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
