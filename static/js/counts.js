// The numbers in the column of views stay true: it is fetched anew from data-views, a while after something changed.
import { Idiomorph } from "idiomorph";

const wait = 1_000;
const kept = 10_500; // the server counts anew after ten seconds
let clock = 0;
let last = 0;

document.addEventListener("desk:ticket-changed", later);
document.addEventListener("desk:all-changed", later);

function later() {
  if (!document.querySelector("[data-views]")) return;
  clock ||= setTimeout(refresh, wait);
  clearTimeout(last);
  last = setTimeout(refresh, kept);
}

async function refresh() {
  clock = 0;
  if (document.hidden) {
    document.addEventListener("visibilitychange", later, { once: true });
    return;
  }
  try {
    const answer = await fetch(document.querySelector("[data-views]").dataset.views, { headers: { "HX-Request": "true" } });
    if (answer.ok && !answer.redirected) show(await answer.text());
  } catch {
    // without a connection the numbers stay as they were
  }
}

function show(html) {
  const column = document.getElementById("views");
  Idiomorph.morph(column, html, { morphStyle: "innerHTML" });
  const count = document.querySelector("[data-list-count]");
  if (count) count.textContent = column.querySelector("[aria-current] :is(.count, .count-badge)")?.textContent ?? "";
}
