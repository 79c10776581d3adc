/** Agent `builder`: writes the modules of the service. */
import { progress, workOn, writeFromPattern } from "./kit.mjs";

await workOn({
  "LNK-02": () => writeModule("codes"),
  "LNK-03": () => writeModule("store"),
  "LNK-05": () => writeModule("server"),
});

function writeModule(name) {
  progress(0.5, `writing service/${name}.mjs`);
  writeFromPattern(`service/${name}.mjs`);
  return `service/${name}.mjs is written`;
}
