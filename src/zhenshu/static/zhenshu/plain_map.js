// A map as plain SVG: for small maps, for paper, and for computers whose graphics can't do more.
import { boundsOf, middleOf, pathOf, planeOf, shadeOf } from "./geometry.js";

const SVG = "http://www.w3.org/2000/svg";

function element(name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined) made.setAttribute(key, value);
  if (text) made.textContent = text;
  return made;
}

function linked(shape, url) {
  if (!url) return shape;
  const link = element("a", { href: url });
  link.append(shape);
  return link;
}

function drawArea(feature, plane, greatest) {
  const { name, value, url, tone, unit = "" } = feature.properties;
  const shape = element("path", { d: pathOf(feature.geometry, plane), class: `zs-area${greatest ? ` zs-shade-${shadeOf(value, greatest)}` : ""}${tone ? ` zs-line-${tone}` : ""}` });
  shape.append(element("title", {}, value === undefined ? name : `${name} ${value}${unit}`));
  return linked(shape, url);
}

function drawName(feature, plane) {
  const [x, y] = plane.to(middleOf(feature));
  return element("text", { x, y, class: "zs-area-name" }, feature.properties.name);
}

function drawPoint(feature, plane) {
  const [cx, cy] = plane.to(feature.geometry.coordinates);
  const { title, tone = "plain", url } = feature.properties;
  const shape = element("circle", { cx, cy, r: 5, class: `zs-point zs-${tone}` });
  shape.append(element("title", {}, title));
  return linked(shape, url);
}

function pinFor(svg, plane, pick) {
  const pin = element("circle", { r: 7, class: "zs-pin", visibility: "hidden" });
  const [lon, lat] = [document.getElementById(pick.lon), document.getElementById(pick.lat)];
  const place = () => {
    if (!lon.value || !lat.value) return;
    const [cx, cy] = plane.to([Number(lon.value), Number(lat.value)]);
    pin.setAttribute("cx", cx);
    pin.setAttribute("cy", cy);
    pin.setAttribute("visibility", "visible");
  };
  svg.addEventListener("click", (event) => {
    const box = svg.getBoundingClientRect();
    const [x, y] = plane.from(event.clientX - box.left, event.clientY - box.top);
    lon.value = x.toFixed(6);
    lat.value = y.toFixed(6);
    place();
    lon.dispatchEvent(new Event("change", { bubbles: true }));
  });
  lon.addEventListener("change", place);
  place();
  return pin;
}

/** Draw *spec* into *box*; return false when there is nothing to draw. */
export function drawPlain(box, spec) {
  const bounds = boundsOf(spec.areas) ?? boundsOf(spec.points);
  if (!bounds) return false;
  const { clientWidth: width, clientHeight: height } = box;
  const plane = planeOf(bounds, width, height);
  const svg = element("svg", { viewBox: `0 0 ${width} ${height}` });
  const areas = spec.areas?.features ?? [];
  const greatest = Math.max(0, ...areas.map((area) => area.properties.value ?? 0));
  svg.append(...areas.map((area) => drawArea(area, plane, greatest)));
  if (areas.length <= 60) svg.append(...areas.filter((area) => !area.properties.unnamed).map((area) => drawName(area, plane)));
  svg.append(...(spec.points?.features ?? []).map((point) => drawPoint(point, plane)));
  if (spec.pick) svg.append(pinFor(svg, plane, spec.pick));
  box.replaceChildren(svg);
  return true;
}
