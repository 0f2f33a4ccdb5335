import { ground } from "./ground.js";

// The tour of a day. Reads <script type="application/json" id="tour-data"> (json_script):
//   {base: {lat, lon, label}, tours: [[{id, number, name, lat, lon}]]}   one list of stops a mechanic, in order
const canvas = document.querySelector("[data-tour]");
const { base, tours } = JSON.parse(document.getElementById("tour-data").textContent);
const map = ground(canvas);
const home = [base.lat, base.lon];
map.fitBounds(L.latLngBounds([home, ...tours.flat().map(({ lat, lon }) => [lat, lon])]).pad(0.2), { maxZoom: 15 });

L.marker(home, { icon: L.divIcon({ className: "map-me", iconSize: [20, 20] }), keyboard: false, alt: base.label })
  .bindTooltip(base.label, { direction: "top", offset: [0, -10] })
  .addTo(map);

const STEP = 22; // pixels
const taken = [];
tours.forEach((stops, place) => {
  const way = [home, ...stops.map(({ lat, lon }) => [lat, lon]), home];
  L.polyline(way, { className: `tour-line tour-line-${place % 3}`, interactive: false }).addTo(map);
  for (const { id, number, name, lat, lon } of stops) {
    const label = `${number}. ${name}`;
    const beside = STEP * taken.filter((other) => other === `${lat} ${lon}`).length; // visits at one point stand in a row
    taken.push(`${lat} ${lon}`);
    const icon = L.divIcon({ className: "map-pin best", html: String(number), iconSize: [34, 34], iconAnchor: [-beside, 34] });
    const marker = L.marker([lat, lon], { alt: label, icon }).bindTooltip(label, { direction: "top", offset: [17 + beside, -34] }).addTo(map);
    marker.getElement().setAttribute("aria-label", label);
    marker.on("click keypress", (event) => {
      if (event.type === "keypress" && event.originalEvent.key !== "Enter") return;
      const item = document.getElementById(`stop-${id}`);
      item.scrollIntoView({ block: "center" });
      item.querySelector("a, button")?.focus({ preventScroll: true });
    });
  }
});
