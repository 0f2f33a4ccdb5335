// The ground of every map: tiles where there are some, else towns drawn around their centres. Reads of its element: data-tiles
// (a tile URL, may be empty), data-attribution, data-outline (GeoJSON of communes).
export const FRANCE = [[42.3, -4.8], [51.1, 8.2]];

// A name that would cover another is left out until there is room.
const thinOut = (map) => {
  const shown = [];
  for (const name of map.getContainer().querySelectorAll(".town-name")) {
    const box = name.getBoundingClientRect();
    const free = shown.every((one) => box.right < one.left || one.right < box.left || box.bottom < one.top || one.bottom < box.top);
    name.classList.toggle("crowded", !free);
    if (free) shown.push(box);
  }
};

const addTowns = async (map, url) => {
  const answer = await fetch(url);
  if (!answer.ok) return;
  const towns = L.geoJSON(await answer.json(), { className: "town", interactive: false });
  towns.eachLayer((town) => {
    town.bindTooltip(town.feature.properties.name, { permanent: true, direction: "center", className: "town-name" });
  });
  towns.addTo(map).bringToBack();
  map.on("moveend", () => thinOut(map));
  thinOut(map);
};

export const ground = (canvas) => {
  const { tiles, attribution, outline } = canvas.dataset;
  const map = L.map(canvas, { scrollWheelZoom: false, zoomSnap: 0.5 });
  map.attributionControl.setPrefix(false);
  if (attribution) map.attributionControl.addAttribution(attribution);
  if (tiles) L.tileLayer(tiles, { maxZoom: 19 }).addTo(map);
  else if (outline) addTowns(map, outline);
  // Leaflet measures again what appears, or grows, after it was drawn.
  new ResizeObserver(() => map.invalidateSize()).observe(canvas);
  return map;
};
