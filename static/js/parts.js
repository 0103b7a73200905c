// The parts of a page that keep themselves up to date: each knows its own address and fetches itself again on the event "live".
// After a change the server names those that show it (HX-Trigger "desk:stale": {"parts": ["#timeline"]}). No refresh is
// lost: one that failed is tried again, one that was asked before a change but answered after it is asked anew, and one that
// found something in somebody's hand comes back when that is let go.
import htmx from "./requests.js";
import { holdsAnything } from "./hands.js";

export const live = "[data-live-ticket][hx-get], [data-live][hx-get]";

const often = 400; // looking whether a hand has let go
const wait = { first: 2_000, most: 30_000 };
const left = new Set(); // parts of which something was left out
const tries = new WeakMap(); // part → how often it failed in a row
const asked = new WeakMap(); // request of a part → the changes that had been answered by then
let changes = 0;
let clock = 0;

document.addEventListener("desk:stale", ({ detail }) => refresh(...document.querySelectorAll(detail.parts.join(","))));

function refresh(...parts) {
  for (const part of parts) htmx.trigger(part, "live");
}

function isRefresh({ verb, elt }) {
  return verb === "get" && elt.matches(live);
}

// ---- Asked before a change, answered after it

document.addEventListener("htmx:beforeSend", ({ detail }) => isRefresh(detail.requestConfig) && asked.set(detail.xhr, changes));

document.addEventListener("htmx:beforeOnLoad", ({ detail }) => {
  if (detail.requestConfig.verb !== "get") changes += 1;
});

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (!(asked.get(detail.xhr) < changes)) return;
  detail.shouldSwap = false;
  refresh(detail.requestConfig.elt);
});

// ---- Failed

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const { requestConfig, xhr } = detail;
  if (!isRefresh(requestConfig)) return;
  if (xhr.status === 0 || xhr.status === 429 || xhr.status >= 500) tryAgain(requestConfig.elt);
  else tries.delete(requestConfig.elt);
});

function tryAgain(part) {
  const failures = tries.get(part) ?? 0;
  tries.set(part, failures + 1);
  setTimeout(() => part.isConnected && refresh(part), Math.min(wait.most, wait.first * 2 ** failures));
}

// ---- In somebody's hand

export function comeBackFor(target) {
  const part = target.closest(live);
  if (part) left.add(part);
  clock ||= setInterval(look, often);
}

function look() {
  for (const part of left) {
    if (part.isConnected && holdsAnything(part)) continue;
    left.delete(part);
    if (part.isConnected) refresh(part);
  }
  if (left.size > 0) return;
  clearInterval(clock);
  clock = 0;
}
