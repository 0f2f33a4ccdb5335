import { FRANCE, ground } from "./ground.js";

// The map of workshops. Reads <script type="application/json" id="map-data"> (json_script):
//   {me: {lat, lon, label} | null,
//    workshops: [{id, number, name, lat, lon, best, zone_km}]}   zone_km: how far an itinerant mechanic goes, else null

// A pin and its workshop in the list light each other up; Enter on a pin goes to the workshop.
const addPin = (map, workshop) => {
  const marker = L.marker([workshop.lat, workshop.lon], {
    alt: `${workshop.number}. ${workshop.name}`,
    icon: L.divIcon({ className: `map-pin${workshop.best ? " best" : ""}`, html: String(workshop.number), iconSize: [34, 34], iconAnchor: [0, 34] }),
  }).addTo(map);
  const item = document.getElementById(`workshop-${workshop.id}`);
  const pin = marker.getElement();
  pin.setAttribute("aria-label", `${workshop.number}. ${workshop.name}`);
  marker.bindTooltip(workshop.name, { direction: "top", offset: [17, -34] });
  if (!item) return;
  const light = (on) => {
    pin.classList.toggle("lit", on);
    item.classList.toggle("lit", on);
  };
  for (const thing of [pin, item]) {
    for (const event of ["pointerenter", "focusin"]) thing.addEventListener(event, () => light(true));
    for (const event of ["pointerleave", "focusout"]) thing.addEventListener(event, () => light(false));
  }
  marker.on("click keypress", (event) => {
    if (event.type === "keypress" && event.originalEvent.key !== "Enter") return;
    view = "list";
    showView();
    item.scrollIntoView({ block: "center" });
    item.querySelector("a, button")?.focus({ preventScroll: true });
  });
};

const draw = (canvas, { me, workshops }) => {
  const map = ground(canvas);

  const seen = [...workshops, ...(me ? [me] : [])].map(({ lat, lon }) => [lat, lon]);
  map.fitBounds(seen.length > 0 ? L.latLngBounds(seen).pad(0.15) : FRANCE, { maxZoom: 15 });
  for (const { lat, lon, zone_km: zone } of workshops) {
    if (zone) L.circle([lat, lon], { radius: zone * 1000, className: "zone", interactive: false }).addTo(map);
  }
  for (const workshop of workshops) addPin(map, workshop);
  if (me) {
    const here = L.divIcon({ className: "map-me", iconSize: [20, 20] });
    L.marker([me.lat, me.lon], { icon: here, interactive: false, keyboard: false, alt: me.label }).addTo(map);
  }
};

// List or map, on a phone: the choice outlives a new search, which htmx puts in the place of the old one.
let view = "list";
const showView = () => {
  document.querySelector(".finds")?.classList.toggle("as-map", view === "map");
  for (const choice of document.querySelectorAll("[data-view]")) choice.checked = choice.value === view;
};
const show = () => {
  const canvas = document.querySelector("[data-map]:not(.leaflet-container)");
  const source = document.getElementById("map-data");
  if (canvas && source) draw(canvas, JSON.parse(source.textContent));
  showView();
};
document.addEventListener("change", ({ target }) => {
  if (!target.matches("[data-view]")) return;
  view = target.value;
  showView();
});
document.addEventListener("htmx:afterSettle", show);
show();
