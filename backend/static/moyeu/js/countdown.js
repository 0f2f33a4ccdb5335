// The clock of a held slot. The server decides when the hold ends; this shows it and says it aloud at 5, 2 and 1 minutes.
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
    clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
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
