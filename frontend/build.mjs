/** Bundle src/lab.ts into the one committed file; `--check` only says whether that is up to date. */
import { readFile, writeFile } from "node:fs/promises";
import { build } from "esbuild";

const TARGET = new URL("../src/steepest/live/static/lab.js", import.meta.url);

const made = await build({
  entryPoints: [new URL("src/lab.ts", import.meta.url).pathname],
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  legalComments: "none",
  charset: "utf8",
  loader: { ".css": "text" },
  write: false,
});
const text = `/* Built from frontend/ by \`python3 dev.py frontend\`; not to be edited. d3: ISC, Mike Bostock. */\n${made.outputFiles[0].text}`;
if (process.argv.includes("--check")) {
  const kept = await readFile(TARGET, "utf8").catch(() => "");
  if (kept !== text) {
    console.error(
      "src/steepest/live/static/lab.js is not what frontend/ builds; run `python3 dev.py frontend`",
    );
    process.exit(1);
  }
  console.log("src/steepest/live/static/lab.js is up to date");
} else {
  await writeFile(TARGET, text);
  console.log(`src/steepest/live/static/lab.js: ${(text.length / 1024).toFixed(1)} KiB`);
}
