// htmx, set up for this desk: no eval, no inline styles, and which answers may change the page.
import htmx from "htmx.org";
import "idiomorph/htmx";
import { csrfToken } from "./csrf.js";

window.htmx = htmx;

Object.assign(htmx.config, {
  allowEval: false,
  allowScriptTags: false,
  includeIndicatorStyles: false,
  selfRequestsOnly: true,
  historyCacheSize: 0, // pages hold customers' words: none of them into the browser's storage
  refreshOnHistoryMiss: true,
  timeout: 20_000,
  // A swap is over at once. Otherwise an element wears the classes of the one before it for a while, and the next swap may find it so.
  defaultSettleDelay: 0,
  attributesToSettle: [],
  responseHandling: [
    { code: "204", swap: false },
    { code: "[23]..", swap: true },
    { code: "409", swap: true },
    { code: "422", swap: true },
    { code: "[45]..", swap: false, error: true },
  ],
});

// The header counts only where the form's own field is absent, and that field is stale after signing in again.
document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = csrfToken();
  event.detail.formData.delete("csrfmiddlewaretoken");
});

// A thin line across the top, but only for what takes longer than a blink.
const blink = 300;
const underway = new Set();

document.addEventListener("htmx:beforeSend", ({ detail: { xhr, target } }) => {
  underway.add(xhr);
  target?.setAttribute("aria-busy", "true");
  setTimeout(() => underway.has(xhr) && showLine(true), blink);
  // Not htmx's own event: an element that has left the page meanwhile is not heard any more.
  xhr.addEventListener("loadend", () => {
    underway.delete(xhr);
    target?.removeAttribute("aria-busy");
    if (underway.size === 0) showLine(false);
  });
});

function showLine(on) {
  document.getElementById("progress-line")?.classList.toggle("is-on", on);
}

// Sends once more what was sent, whatever its form shows by now, and also when that has left the page. A composer alone sends
// what stands in it now. What goes wrong again is said by toasts.js.
export function repeat({ verb, path, elt, target, formData }) {
  const from = elt.isConnected ? { source: elt, target } : { source: document.body, swap: "none" };
  const values = elt.matches("[data-composer]") ? {} : formData;
  htmx.ajax(verb, path, { ...from, values }).catch(() => {});
}

export default htmx;
