// Compiles the front end into safeguard/static/safeguard/. Its outputs are committed.
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";

import { build, transform } from "esbuild";
import { compile } from "sass";

const OUT = "../safeguard/static/safeguard";
const MOJ_IMAGES = "node_modules/@ministryofjustice/frontend/moj/assets/images";
const FONTS = "node_modules/@fontsource-variable/public-sans";
const LIMITS = { "css/app.css": [200_000, 24_000], "js/app.js": [100_000, 30_000], "js/concern.js": [12_000, 4_500], "js/report.js": [6_000, 2_500] };

function copy(from, folder, name = basename(from)) {
  mkdirSync(join(OUT, folder), { recursive: true });
  copyFileSync(from, join(OUT, folder, name));
}

function write(path, text) {
  mkdirSync(join(OUT, path, ".."), { recursive: true });
  writeFileSync(join(OUT, path), text);
}

async function styles() {
  const sass = compile("scss/app.scss", { loadPaths: ["."], style: "compressed", quietDeps: true });
  const { code } = await transform(sass.css, { loader: "css", minify: true, target: "safari14" });
  write("css/app.css", code);
  for (const [, address] of code.matchAll(/url\("?([^")]+)"?\)/g)) asset(address);
}

// Each address in the style sheet must be a file of ours: the manifest storage refuses a missing one,
// and the content security policy refuses data: addresses.
function asset(address) {
  const [, folder, name] = address.match(/^\.\.\/(fonts|images)\/([\w.-]+)$/) ?? [];
  if (!folder) throw new Error(`The style sheet refers to ${address.slice(0, 80)}`);
  copy(folder === "fonts" ? join(FONTS, "files", name) : join(MOJ_IMAGES, name), folder);
}

async function scripts() {
  const common = { bundle: true, minify: true, target: "es2020", legalComments: "none", logLevel: "warning" };
  await build({ ...common, entryPoints: ["js/app.js"], outfile: `${OUT}/js/app.js`, format: "iife" });
  await build({ ...common, entryPoints: ["js/boot.js"], outfile: `${OUT}/js/boot.js`, format: "iife" });
  await build({ ...common, entryPoints: ["js/concern.js"], outfile: `${OUT}/js/concern.js`, format: "iife" });
  await build({ ...common, entryPoints: ["js/report.js"], outfile: `${OUT}/js/report.js`, format: "iife" });
}

function images() {
  for (const name of ["mark.svg", "icon-32.png", "icon-180.png", "icon-192.png"]) copy(join("images", name), "images");
}

function report() {
  for (const [path, [raw, zipped]] of Object.entries(LIMITS)) {
    const bytes = readFileSync(join(OUT, path));
    const small = gzipSync(bytes, { level: 9 }).length;
    console.log(`${path}: ${bytes.length} bytes, ${small} gzipped`);
    if (bytes.length > raw || small > zipped) throw new Error(`${path} is over its limit of ${raw} (${zipped} gzipped)`);
  }
}

rmSync(OUT, { recursive: true, force: true });
await styles();
await scripts();
images();
copy(join(FONTS, "LICENSE"), "fonts", "OFL.txt");
copy("LICENSES.md", ".", "licences.txt");
report();
