// Maps of our own areas and points. MapLibre draws large ones; plain SVG small ones and where WebGL is missing.
import { boundsOf, middleOf, shadeOf } from "./geometry.js";
import { findAll, loadScript, loadStyle, onContent, readBlock, vendor } from "./page.js";
import { drawPlain } from "./plain_map.js";

const SHADES = ["#ffffff", "#e3edf6", "#c5dbee", "#a3c6e4", "#88b4da", "#6da1ce"];
// An area with a tone of its own is drawn in it, whatever its value: lines of a layer, ground that is tested.
const GROUND = { bad: "#eebcb8", warn: "#f0cfa0", amber: "#f3e4a6", plain: "#b9d3ea", good: "#bfe0cc", quiet: "#d5dce4", ground: "#16426b" };
const TONES = ["match", ["get", "tone"], "good", "#2f9e63", "warn", "#e0a100", "bad", "#d92d20", "quiet", "#8794a1", "#1b5e9b"];
const EMPTY = { type: "FeatureCollection", features: [] };

function hasWebgl() {
  const canvas = document.createElement("canvas");
  return Boolean(canvas.getContext("webgl2") ?? canvas.getContext("webgl"));
}

function shaded(areas) {
  const greatest = Math.max(0, ...areas.features.map((area) => area.properties.value ?? 0));
  const paint = (area) => ({ ...area, properties: { ...area.properties, colour: GROUND[area.properties.tone] ?? SHADES[shadeOf(area.properties.value, greatest)] } });
  return { ...areas, features: areas.features.map(paint) };
}

function styleOf(spec) {
  return {
    version: 8,
    sources: {
      areas: { type: "geojson", data: shaded(spec.areas ?? EMPTY) },
      points: { type: "geojson", data: spec.points ?? EMPTY, cluster: true, clusterRadius: 32, clusterMaxZoom: 15, clusterProperties: { bad: ["+", ["case", ["==", ["get", "tone"], "bad"], 1, 0]], warn: ["+", ["case", ["==", ["get", "tone"], "warn"], 1, 0]] } },
    },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": "#eef2f5" } },
      { id: "areas", type: "fill", source: "areas", paint: { "fill-color": ["get", "colour"] } },
      { id: "edges", type: "line", source: "areas", paint: { "line-color": "#a9b8c6", "line-width": 1 } },
      { id: "points", type: "circle", source: "points", filter: ["!", ["has", "point_count"]], paint: { "circle-radius": 6, "circle-color": TONES, "circle-stroke-color": "#fff", "circle-stroke-width": 1.5 } },
    ],
  };
}

function label(className, text) {
  const made = document.createElement("div");
  made.className = className;
  made.textContent = text;
  return made;
}

function nameAreas(map, spec) {
  for (const area of spec.areas?.features ?? []) {
    if (area.properties.unnamed) continue;
    new maplibregl.Marker({ element: label("zs-map-label", area.properties.name) }).setLngLat(middleOf(area)).addTo(map);
  }
}

/** Clusters are counted in words on the page: fonts for text on the canvas would have to be fetched. */
function countClusters(map) {
  let shown = [];
  map.on("idle", () => {
    shown.forEach((marker) => marker.remove());
    const seen = new Map(map.querySourceFeatures("points", { filter: ["has", "point_count"] }).map((one) => [one.id, one]));
    shown = [...seen.values()].map((cluster) => clusterMarker(map, cluster));
  });
}

function clusterMarker(map, cluster) {
  const { point_count: count, bad, warn } = cluster.properties;
  const made = label(`zs-map-count zs-${bad ? "bad" : warn ? "warn" : "plain"}`, count);
  const { coordinates } = cluster.geometry;
  made.addEventListener("click", async () => {
    const zoom = await map.getSource("points").getClusterExpansionZoom(cluster.id);
    map.easeTo({ center: coordinates, zoom });
  });
  return new maplibregl.Marker({ element: made }).setLngLat(coordinates).addTo(map);
}

function tip(properties) {
  const made = label("zs-map-tip", "");
  const head = document.createElement(properties.url ? "a" : "b");
  head.textContent = properties.title ?? properties.name;
  if (properties.url) head.href = properties.url;
  made.append(head);
  if (properties.note) made.append(label("zs-below", properties.note));
  return made;
}

function listen(map) {
  map.on("click", "points", ({ features: [point] }) =>
    new maplibregl.Popup({ closeButton: false, offset: 8 }).setLngLat(point.geometry.coordinates).setDOMContent(tip(point.properties)).addTo(map),
  );
  map.on("click", "areas", (event) => {
    const [area] = event.features;
    if (area.properties.url && !map.queryRenderedFeatures(event.point, { layers: ["points"] }).length) location.assign(area.properties.url);
  });
  for (const layer of ["points", "areas"]) {
    map.on("mouseenter", layer, ({ features: [one] }) => (map.getCanvas().style.cursor = one.properties.url ? "pointer" : ""));
    map.on("mouseleave", layer, () => (map.getCanvas().style.cursor = ""));
  }
}

function letPick(map, pick) {
  const [lon, lat] = [document.getElementById(pick.lon), document.getElementById(pick.lat)];
  const pin = new maplibregl.Marker({ color: "#16426b", draggable: true });
  const place = () => lon.value && lat.value && pin.setLngLat([Number(lon.value), Number(lat.value)]).addTo(map);
  const take = ({ lng, lat: north }) => {
    lon.value = lng.toFixed(6);
    lat.value = north.toFixed(6);
    place();
    lon.dispatchEvent(new Event("change", { bubbles: true }));
  };
  map.on("click", (event) => take(event.lngLat));
  pin.on("dragend", () => take(pin.getLngLat()));
  lon.addEventListener("change", place);
  place();
}

async function drawLarge(box, spec) {
  loadStyle(vendor("maplibre.css"));
  await loadScript(vendor("maplibre.js"));
  maplibregl.setWorkerUrl(vendor("maplibre-worker.js"));
  box.replaceChildren();
  const inner = document.createElement("div");
  box.append(inner);
  const bounds = boundsOf(spec.areas) ?? boundsOf(spec.points);
  const map = new maplibregl.Map({ container: inner, style: styleOf(spec), bounds, fitBoundsOptions: { padding: 18 }, maxZoom: 18, attributionControl: false, dragRotate: false, cooperativeGestures: false });
  map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "top-right");
  map.touchZoomRotate.disableRotation();
  map.on("load", () => {
    nameAreas(map, spec);
    countClusters(map);
    listen(map);
    if (spec.pick) letPick(map, spec.pick);
  });
}

async function specOf(box) {
  if (!box.dataset.url) return readBlock(box.dataset.map);
  const answer = await fetch(box.dataset.url, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${box.dataset.url} answered ${answer.status}`);
  return { ...readBlock(box.dataset.map), ...(await answer.json()) };
}

async function draw(box) {
  const spec = await specOf(box);
  const legend = box.parentElement.querySelector("[data-legend]");
  if (legend) legend.hidden = !spec.points?.features?.length;
  if (spec.plain || !boundsOf(spec.areas, spec.points) || !hasWebgl()) drawPlain(box, spec);
  else await drawLarge(box, spec);
  box.dataset.drawn = "yes";
}

export function watchMaps() {
  onContent((root) => findAll(root, "[data-map]").forEach(draw));
}
