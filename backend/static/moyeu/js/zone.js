import { ground } from "./ground.js";

// The zone of who comes to people. Reads <script type="application/json" id="zone-data"> (json_script):
//   {base: {lat, lon, label}, km, communes: [{name, lat, lon}], area: [[lat, lon]]}
// and follows the form: kilometres make a circle; a press on the map adds a corner, a corner is dragged, and removed by a
// second press. The text of corners stays the truth: what is typed is drawn.
const canvas = document.querySelector("[data-zone]");
const form = canvas.closest("form");
const { base, communes } = JSON.parse(document.getElementById("zone-data").textContent);
const map = ground(canvas);
const home = L.latLng(base.lat, base.lon);
const drawn = L.layerGroup().addTo(map);
const { km, area } = form.elements;

const corners = () =>
  area.value
    .split("\n")
    .map((line) => line.split(/[,; ]+/).filter(Boolean).map(Number))
    .filter((pair) => pair.length === 2 && pair.every(Number.isFinite));
const write = (points) => {
  area.value = points.map(([lat, lon]) => `${lat.toFixed(5)}, ${lon.toFixed(5)}`).join("\n");
  draw();
};

const shapes = {
  km: () => {
    const reach = Number(km.value);
    if (reach > 0) L.circle(home, { radius: reach * 1000, className: "zone", interactive: false }).addTo(drawn);
  },
  communes: () => {
    for (const { name, lat, lon } of communes) L.circleMarker([lat, lon], { radius: 9, className: "zone" }).bindTooltip(name).addTo(drawn);
  },
  area: () => {
    const points = corners();
    L.polygon(points, { className: "zone", interactive: false }).addTo(drawn);
    points.forEach((point, place) => {
      const handle = L.marker(point, { draggable: !form.querySelector("fieldset[disabled]"), icon: L.divIcon({ className: "zone-corner", iconSize: [24, 24] }), alt: String(place + 1) });
      handle.on("dragend", () => write(points.map((other, n) => (n === place ? [handle.getLatLng().lat, handle.getLatLng().lng] : other))));
      handle.on("dblclick", () => write(points.filter((_other, n) => n !== place)));
      handle.addTo(drawn);
      const element = handle.getElement();
      element.setAttribute("aria-label", `${canvas.dataset.corner} ${place + 1}`);
      element.addEventListener("keydown", ({ key }) => {
        if (key === "Delete") write(points.filter((_other, n) => n !== place));
      });
    });
  },
};
const chosen = () => form.querySelector("[name=way]:checked")?.value ?? "km";
const draw = () => {
  drawn.clearLayers();
  L.marker(home, { icon: L.divIcon({ className: "map-me", iconSize: [20, 20] }), interactive: false, keyboard: false, alt: base.label }).addTo(drawn);
  shapes[chosen()]();
  for (const part of form.querySelectorAll("[data-way]")) part.hidden = part.dataset.way !== chosen();
};

const reach = [home.toBounds(Number(km.value || 10) * 2000), ...corners(), ...communes.map(({ lat, lon }) => [lat, lon])];
map.fitBounds(reach.reduce((box, one) => box.extend(one), L.latLngBounds(home, home)).pad(0.1));
map.doubleClickZoom.disable();
map.on("click", ({ latlng }) => {
  if (chosen() === "area" && !form.querySelector("fieldset[disabled]")) write([...corners(), [latlng.lat, latlng.lng]]);
});
form.addEventListener("input", draw);
draw();

// A commune chosen by name goes on a line of its own.
const wanted = document.getElementById("commune-add");
form.querySelector("[data-add-commune]")?.addEventListener("click", () => {
  const lines = form.elements.communes.value.split("\n").map((line) => line.trim()).filter(Boolean);
  if (wanted.value.trim()) form.elements.communes.value = [...new Set([...lines, wanted.value.trim()])].join("\n");
  wanted.value = "";
  wanted.focus();
});
