// After a change the server names the parts of the page that show it (HX-Trigger "desk:stale": {"parts": ["#timeline"]}).
// Each of them knows its own address and fetches itself again.
import htmx from "./requests.js";

document.addEventListener("desk:stale", ({ detail }) => {
  for (const part of document.querySelectorAll(detail.parts.join(","))) htmx.trigger(part, "live");
});
