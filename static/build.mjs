// Builds everything the browser loads into dist/: the scripts with their lazy chunks, one stylesheet, one icon sprite, the fonts.
// Files are written over in place, so that a desk which runs meanwhile never finds one missing.
//   node build.mjs            minified, once
//   node build.mjs --watch    readable, again whenever a source or a template changes
import { execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, watch, writeFileSync } from "node:fs";
import * as esbuild from "esbuild";

const watching = process.argv.includes("--watch");
const tailwind = "node_modules/.bin/tailwindcss";
const browsers = ["chrome123", "firefox128", "safari17.5"]; // the first with light-dark(), popover and nesting

const scripts = {
  entryPoints: ["js/app.js", "js/portal.js", "js/demo.js"],
  outdir: "dist",
  bundle: true,
  format: "esm",
  splitting: true, // the editor is a chunk of its own, fetched when a composer is focused
  chunkNames: "chunks/[name]-[hash]",
  target: browsers,
  minify: !watching,
  metafile: true,
  legalComments: "none",
  logLevel: "warning",
};

// One <symbol> per name in icons.txt. Strokes and fills come from CSS, so an icon takes the colour of its text.
function buildSprite() {
  const names = readFileSync("icons.txt", "utf8").split("\n").filter((line) => line && !line.startsWith("#"));
  const symbols = names.map((name) => {
    const source = readFileSync(`node_modules/@tabler/icons/icons/outline/${name}.svg`, "utf8");
    const shapes = source.match(/<(path|circle|rect|line|polyline|ellipse)[^>]*\/>/g).filter((shape) => !shape.includes('d="M0 0h24v24H0z"'));
    return `<symbol id="${name}" viewBox="0 0 24 24">${shapes.join("")}</symbol>`;
  });
  writeFileSync("dist/icons.svg", `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`);
}

// The stylesheet names the fonts as ./files/<name>.woff2, as the font package does.
function copyFonts() {
  const source = "node_modules/@fontsource-variable/inter/files";
  mkdirSync("dist/files", { recursive: true });
  for (const file of readdirSync(source)) {
    if (file.endsWith("wght-normal.woff2")) cpSync(`${source}/${file}`, `dist/files/${file}`);
  }
}

function copyImages() {
  cpSync("img", "dist/img", { recursive: true });
}

async function buildScripts() {
  const { metafile } = await esbuild.build(scripts);
  for (const file of existsSync("dist/chunks") ? readdirSync("dist/chunks") : []) {
    if (!(`dist/chunks/${file}` in metafile.outputs)) rmSync(`dist/chunks/${file}`);
  }
}

// Tailwind writes the sheet, esbuild shrinks it: Tailwind's own minifier would rewrite light-dark() into twice the code.
function buildStyles() {
  const sheet = "node_modules/.cache/app.css";
  execFileSync(tailwind, ["-i", "css/app.css", "-o", sheet], { stdio: "pipe" });
  esbuild.buildSync({ entryPoints: [sheet], outfile: "dist/app.css", minify: true, target: browsers, logLevel: "warning" });
}

mkdirSync("dist", { recursive: true });
copyFonts();
copyImages();
buildSprite();
if (watching) {
  await (await esbuild.context(scripts)).watch();
  spawn(tailwind, ["-i", "css/app.css", "-o", "dist/app.css", "--watch"], { stdio: "inherit" });
  watch("icons.txt", buildSprite);
} else {
  await buildScripts();
  buildStyles();
}
