/** Agent `platform`: the agreed numbers as code, and what protects the service from one eager client. */
import { agreedNumbers, progress, workOn, write, writeFromPattern } from "./kit.mjs";

await workOn({ "LNK-01": writeLimits, "LNK-04": writeQuota });

/** The plan is the source: a number changed there is changed in the code by the next run. */
function writeLimits({ plan }) {
  const numbers = agreedNumbers(plan);
  for (const [name, value] of Object.entries(numbers)) {
    if (!/^[a-z]\w*$/i.test(name)) throw new Error(`${name} cannot be the name of a limit`);
    if (!Number.isSafeInteger(value) || value <= 0)
      throw new Error(`${name} is ${value}, which is no positive whole number`);
  }
  progress(0.5, "writing service/limits.mjs");
  const lines = Object.entries(numbers).map(([name, value]) => `  ${name}: ${value},\n`);
  write(
    "service/limits.mjs",
    `/** The numbers agreed in the plan. */\nexport const LIMITS = Object.freeze({\n${lines.join("")}});\n`,
  );
  return `${lines.length} agreed numbers are in service/limits.mjs`;
}

function writeQuota() {
  progress(0.5, "writing service/quota.mjs");
  writeFromPattern("service/quota.mjs");
  return "service/quota.mjs is written";
}
