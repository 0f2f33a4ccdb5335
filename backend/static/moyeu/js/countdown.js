// The clock of a slot held for minutes, or offered for hours. The server decides when that ends; this shows it and says
// it aloud at 5, 2 and 1 minutes.
const bar = document.querySelector("[data-countdown]");

if (bar) {
  const clock = bar.querySelector(".clock");
  const gauge = bar.querySelector(".t-on");
  const spoken = bar.querySelector("[data-say]");
  const end = Date.now() + 1000 * Number(bar.dataset.countdown);
  const marks = [300, 120, 60, 0];

  const say = (left) => {
    while (marks.length && left <= marks[0]) {
      const mark = marks.shift();
      if (mark - left < 5) spoken.textContent = bar.getAttribute(`data-say-${mark}`);
    }
  };
  const tick = () => {
    const left = Math.max(0, Math.round((end - Date.now()) / 1000));
    const [hours, minutes, seconds] = [Math.floor(left / 3600), Math.floor(left / 60) % 60, left % 60];
    const parts = hours ? [hours, minutes, seconds] : [minutes, seconds];
    clock.textContent = parts.map((part, place) => (place ? String(part).padStart(2, "0") : part)).join(":");
    gauge.setAttribute("width", left);
    say(left);
    if (left > 0) {
      setTimeout(tick, 1000);
      return;
    }
    bar.classList.add("over");
    bar.querySelector("[data-over]")?.removeAttribute("hidden");
  };
  tick();
}
