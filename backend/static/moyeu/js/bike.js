// The bicycle: a part and its word in the list light each other up; bicycle or e-bike without leaving the page.
const light = (id, on) => {
  for (const twin of document.querySelectorAll(`[data-part="${id}"], .tag[data-for="${id}"]`)) {
    twin.classList.toggle("is-lit", on);
  }
};
for (const part of document.querySelectorAll("[data-part]")) {
  const { part: id } = part.dataset;
  for (const event of ["pointerenter", "focus"]) part.addEventListener(event, () => light(id, true));
  for (const event of ["pointerleave", "blur"]) part.addEventListener(event, () => light(id, false));
}

// The choice travels in the address of every part, as it does when the page is served with ?velo=electrique.
const keepChoice = (electric) => {
  for (const link of document.querySelectorAll("[data-part]")) {
    const url = new URL(link.getAttribute("href"), location.href);
    if (electric) url.searchParams.set("velo", "electrique");
    else url.searchParams.delete("velo");
    link.setAttribute("href", url.pathname + url.search);
  }
};
for (const choice of document.querySelectorAll("[data-bike-switch]")) {
  choice.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const electric = "electric" in link.dataset;
    for (const drawn of document.querySelectorAll(".bike, .parts")) drawn.classList.toggle("is-vae", electric);
    for (const other of choice.querySelectorAll("a")) other.removeAttribute("aria-current");
    link.setAttribute("aria-current", "true");
    keepChoice(electric);
    history.replaceState(null, "", link.getAttribute("href"));
  });
}
