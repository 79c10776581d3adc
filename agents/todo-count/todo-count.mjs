/** Agent `todo-count`: counts the notes that say that something is not finished. */
import { agent, counted, numberOption, WrongCall } from "../shared/agent.mjs";
import { projectFiles, readText } from "../shared/files.mjs";

await agent({
  name: "todo-count",
  about: "Counts TODO, FIXME and HACK in the project's own files and hands over where they stand.",
  options: {
    words: { type: "string", default: "TODO,FIXME,HACK", value: "LIST", about: "the words, in capitals, with commas" },
    except: {
      type: "string",
      multiple: true,
      value: "NAME",
      about: "name of a folder to leave out (may be given again)",
    },
    most: { type: "string", value: "COUNT", about: "fail above this many; default: any number will do" },
  },
  args: { name: "place", about: "folders or files; default: everything but vendored and built folders" },
  report: { path: "build/todo.txt" },
  work({ options, args, progress, evidence, report, log }) {
    const words = options.words.split(",").map((word) => word.trim());
    if (!words.every((word) => /^\w+$/.test(word)))
      throw new WrongCall("--words must be words with commas between them");
    const most = options.most === undefined ? Number.POSITIVE_INFINITY : numberOption(options, "most");
    const pattern = new RegExp(String.raw`\b(${words.join("|")})\b`, "g");
    const files = projectFiles(args, options.except);
    progress(0.2, `reading ${counted(files.length, "file")}`);
    let read = 0;
    const notes = files.flatMap((file) => {
      const text = readText(file);
      if (text === null) return [];
      read += 1;
      return text.split("\n").flatMap((line, index) =>
        [...line.matchAll(pattern)].map(([word]) => ({
          word,
          at: `${file}:${index + 1}: ${line.trim().slice(0, 200)}`,
        })),
      );
    });
    if (read === 0) throw new Error("no file was read, so nothing can be said");
    const path = report(notes.map(({ at }) => `${at}\n`).join(""), { reader: undefined });
    evidence("todo_count", notes.length);
    for (const word of words)
      evidence(`todo_count_${word.toLowerCase()}`, notes.filter((note) => note.word === word).length);
    evidence("files_scanned", read);
    evidence("rules", words.length);
    if (files.length > read) log(`${counted(files.length - read, "file")} not read: binary or too large`);
    const summary = `${counted(notes.length, "note")} in ${counted(read, "file")}; list in ${path}`;
    return notes.length > most ? { ok: false, summary: `more than ${most}: ${summary}` } : { ok: true, summary };
  },
});
