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

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  underway.add(detail.xhr);
  detail.target?.setAttribute("aria-busy", "true");
  setTimeout(() => underway.has(detail.xhr) && showLine(true), blink);
});

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  underway.delete(detail.xhr);
  detail.target?.removeAttribute("aria-busy");
  if (underway.size === 0) showLine(false);
});

function showLine(on) {
  document.getElementById("progress-line")?.classList.toggle("is-on", on);
}

export default htmx;
