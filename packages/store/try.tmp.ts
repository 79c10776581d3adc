import { openStore } from "./src/index.ts";
let t=performance.now();
const s = await openStore({dataDir: "/tmp/hp2", runtime: Date});
console.log(performance.now()-t, s.description, s.recovered); t=performance.now();
console.log(await s.health()); await s.close(); console.log("close", performance.now()-t);
