// "Sending in 8 s": an answer that can still be taken back. When its time is over the conversation is asked anew, and the
// buttons go. [data-leaves-in] is the number of seconds that were left when the page was written.
import htmx from "./requests.js";

const ends = new WeakMap(); // element → {given, at}

setInterval(tick, 250);

function tick() {
  for (const element of document.querySelectorAll("[data-leaves-in]")) {
    const given = element.dataset.leavesIn;
    if (ends.get(element)?.given !== given) ends.set(element, { given, at: Date.now() + Number(given) * 1000 });
    show(element, Math.ceil((ends.get(element).at - Date.now()) / 1000));
  }
}

function show(element, seconds) {
  const words = element.dataset.words.replace("{}", Math.max(0, seconds));
  const place = element.lastElementChild;
  if (place.textContent !== words) place.textContent = words;
  if (seconds > 0 || element.dataset.over) return;
  element.dataset.over = "yes";
  htmx.trigger(element.closest("[data-live-ticket]"), "live");
}
