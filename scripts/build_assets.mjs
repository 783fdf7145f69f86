// Puts the parts of the pages that others wrote into static/vendor, with a manifest and their licences.
// Run by `npm run build`. The result needs no network: nothing in it names another host to load from.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const MODULES = join(ROOT, "node_modules");
const VENDOR = join(ROOT, "src/zhenshu/static/vendor");
const ICON_NAMES = join(ROOT, "src/zhenshu/doors/desk/icons/names.txt");
const PACKS = join(ROOT, "src/zhenshu/ground/packs/library");

// Browsers on the oldest PCs still in offices: Chromium 100 is behind the current national browsers.
const TARGET = ["chrome100", "firefox100", "safari15"];

const BUNDLES = [
  { from: "@tabler/core/dist/css/tabler.min.css", to: "tabler.css" },
  { from: "@tabler/core/dist/js/tabler.min.js", to: "tabler.js" },
  { from: "htmx.org/dist/htmx.min.js", to: "htmx.js" },
  { from: join(ROOT, "scripts/echarts_entry.mjs"), to: "echarts.js", bundle: true },
  { from: "maplibre-gl/dist/maplibre-gl-csp.js", to: "maplibre.js" },
  { from: "maplibre-gl/dist/maplibre-gl-csp-worker.js", to: "maplibre-worker.js" },
  { from: "maplibre-gl/dist/maplibre-gl.css", to: "maplibre.css" },
  { from: "tabulator-tables/dist/js/tabulator_esm.mjs", to: "tabulator.js", bundle: true },
  { from: "tabulator-tables/dist/css/tabulator_bootstrap5.min.css", to: "tabulator.css" },
  { from: "frappe-gantt/dist/frappe-gantt.es.js", to: "gantt.js", bundle: true },
  { from: "frappe-gantt/dist/frappe-gantt.css", to: "gantt.css" },
];

const PACKAGES = [
  "@tabler/core",
  "@tabler/icons",
  "bootstrap",
  "@popperjs/core",
  "htmx.org",
  "echarts",
  "zrender",
  "maplibre-gl",
  "tabulator-tables",
  "frappe-gantt",
];

function source(from) {
  return from.startsWith("/") ? from : join(MODULES, from);
}

async function buildOne({ from, to, bundle = false }) {
  await build({
    entryPoints: [source(from)],
    outfile: join(VENDOR, to),
    bundle: bundle || to.endsWith(".css"),
    format: bundle ? "esm" : undefined,
    minify: true,
    target: TARGET,
    legalComments: "none",
    loader: { ".svg": "dataurl", ".woff2": "dataurl", ".png": "dataurl" },
    logLevel: "error",
    absWorkingDir: ROOT,
    nodePaths: [MODULES],
  });
}

function iconSymbol(name) {
  const file = join(MODULES, "@tabler/icons/icons/outline", `${name}.svg`);
  if (!existsSync(file)) {
    throw new Error(`icons/names.txt asks for "${name}", which @tabler/icons does not have.`);
  }
  const svg = readFileSync(file, "utf8");
  const body = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
  const drawn = body.replace('<path stroke="none" d="M0 0h24v24H0z" fill="none" />', "");
  return `<symbol id="${name}" viewBox="0 0 24 24">${drawn.replace(/\s+/g, " ").trim()}</symbol>`;
}

// The pages name their icons in a list; the business lines name theirs in their packs.
function iconNames() {
  const packs = readdirSync(PACKS).filter((name) => name.endsWith(".yaml"));
  const said = packs.flatMap((name) => [...readFileSync(join(PACKS, name), "utf8").matchAll(/\bicon: *([a-z0-9-]+)/g)]);
  const listed = readFileSync(ICON_NAMES, "utf8").split("\n").filter(Boolean);
  return [...new Set([...listed, ...said.map(([, name]) => name)])].sort();
}

function writeIcons() {
  const names = iconNames();
  const sprite = `<svg xmlns="http://www.w3.org/2000/svg">${names.map(iconSymbol).join("\n")}</svg>\n`;
  writeFileSync(join(VENDOR, "icons.svg"), sprite);
}

function describe(name) {
  const folder = join(MODULES, name);
  if (!existsSync(folder)) return null;
  const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  return { name, version, license, text: file ? readFileSync(join(folder, file), "utf8") : "" };
}

function fingerprint(name) {
  const content = readFileSync(join(VENDOR, name));
  return { bytes: statSync(join(VENDOR, name)).size, sha256: createHash("sha256").update(content).digest("hex") };
}

function writeManifest() {
  const parts = PACKAGES.map(describe).filter(Boolean);
  const licences = parts.map(({ name, version, license, text }) => `${name} ${version} (${license})\n\n${text}`);
  writeFileSync(join(VENDOR, "LICENSES.txt"), licences.join(`\n${"-".repeat(78)}\n`));
  const files = Object.fromEntries(readdirSync(VENDOR).sort().map((name) => [name, fingerprint(name)]));
  const packages = Object.fromEntries(parts.map(({ name, version, license }) => [name, { version, license }]));
  writeFileSync(join(VENDOR, "manifest.json"), `${JSON.stringify({ packages, files }, null, 2)}\n`);
}

// Beside each large file stands the same, packed: a third of the way over a county's thin line.
function writePacked() {
  for (const name of readdirSync(VENDOR).filter((one) => /\.(js|css|svg)$/.test(one))) {
    writeFileSync(join(VENDOR, `${name}.gz`), gzipSync(readFileSync(join(VENDOR, name)), { level: 9 }));
  }
}

rmSync(VENDOR, { recursive: true, force: true });
mkdirSync(VENDOR, { recursive: true });
await Promise.all(BUNDLES.map(buildOne));
writeIcons();
writeManifest();
writePacked();
console.log(`static/vendor: ${readdirSync(VENDOR).length} files`);
