// Live regions: <div data-live="/ws/…" hx-get="…" hx-trigger="live" hx-swap="outerHTML">. What the socket says is only that
// something changed: the region then fetches itself, so that rights are judged once, by the page. Reconnects, ever more slowly.
const SLOWEST = 30_000;

const listen = (path, wait = 1000) => {
  const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${path}`);
  let opened = false;
  socket.addEventListener("open", () => {
    opened = true;
    if (wait > 1000) refresh(path); // what happened while we were away
  });
  socket.addEventListener("message", () => refresh(path));
  socket.addEventListener("close", (event) => {
    if (event.code === 4403) return; // not for us, and asking again would not change it
    const next = opened ? 1500 : Math.min(wait * 2, SLOWEST);
    setTimeout(() => listen(path, next), next * (0.75 + Math.random() / 2));
  });
};
const refresh = (path) => {
  for (const region of document.querySelectorAll(`[data-live="${path}"]`)) window.htmx.trigger(region, "live");
};

const paths = new Set([...document.querySelectorAll("[data-live]")].map((region) => region.dataset.live));
for (const path of paths) listen(path);
