// "Where I am": asks the browser, fills the hidden point, searches. Without it, the field of the town does the same.
const button = document.querySelector("[data-locate]");
const form = document.getElementById("search");

if (button && form && "geolocation" in navigator) {
  button.hidden = false;
  button.addEventListener("click", () => {
    button.disabled = true;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        // A hundred metres are enough to sort workshops: nothing finer leaves the browser.
        form.elements.lat.value = coords.latitude.toFixed(3);
        form.elements.lon.value = coords.longitude.toFixed(3);
        form.elements.lieu.value = "";
        form.requestSubmit();
      },
      () => {
        button.disabled = false;
        form.elements.lieu.focus();
      },
      { maximumAge: 300_000, timeout: 10_000 },
    );
  });
}
