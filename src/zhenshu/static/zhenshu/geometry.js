// Areas and points on a small plane: bounds, scale, paths. Degrees in, pixels out.

function corners(geometry) {
  const { type, coordinates } = geometry;
  if (type === "Point") return [coordinates];
  if (type === "Polygon") return coordinates.flat();
  return type === "MultiPolygon" ? coordinates.flat(2) : coordinates;
}

/** Return [west, south, east, north] of all features, or null when there are none. */
export function boundsOf(...collections) {
  const all = collections.flatMap((one) => one?.features ?? []).flatMap((feature) => corners(feature.geometry));
  if (!all.length) return null;
  const [xs, ys] = [all.map((point) => point[0]), all.map((point) => point[1])];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

/** Return a projection of *bounds* into a box, true to shape at this latitude, and its inverse. */
export function planeOf([west, south, east, north], width, height, margin = 14) {
  const squeeze = Math.cos(((south + north) / 2) * (Math.PI / 180));
  const spanX = Math.max((east - west) * squeeze, 1e-4);
  const spanY = Math.max(north - south, 1e-4);
  const scale = Math.min((width - 2 * margin) / spanX, (height - 2 * margin) / spanY);
  const left = (width - spanX * scale) / 2;
  const top = (height - spanY * scale) / 2;
  return {
    to: ([lon, lat]) => [left + (lon - west) * squeeze * scale, top + (north - lat) * scale],
    from: (x, y) => [west + (x - left) / scale / squeeze, north - (y - top) / scale],
  };
}

/** Return the SVG path of a polygon or several. */
export function pathOf(geometry, plane) {
  const rings = geometry.type === "Polygon" ? geometry.coordinates : geometry.coordinates.flat();
  return rings.map((ring) => `M${ring.map((point) => plane.to(point).map((n) => n.toFixed(1)).join(",")).join("L")}Z`).join("");
}

/** Return the middle of an area's bounds, where its name is written. */
export function middleOf(feature) {
  if (feature.properties.middle) return feature.properties.middle;
  const [west, south, east, north] = boundsOf({ features: [feature] });
  return [(west + east) / 2, (south + north) / 2];
}

/** Return the shade 0–5 of *value* against the greatest. */
export function shadeOf(value, greatest) {
  return value && greatest ? Math.max(1, Math.ceil((5 * value) / greatest)) : 0;
}
