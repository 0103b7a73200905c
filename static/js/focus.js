// Nobody is left without a focus after a swap. The element that asked says where it goes:
//   data-focus="keep | self | #id | first-error | heading"      keep is what happens otherwise
// Who has gone elsewhere meanwhile stays there. Where the members of a list go one by one, data-neighbours="#field" on it
// gives the focus to the next one, else to the one before, else to that field.
const asked = new WeakMap(); // request → what had the focus when it was asked
let before = null; // what had the focus when the swap began; it is over before another event is heard

document.addEventListener("htmx:beforeSend", ({ detail }) => asked.set(detail.xhr, document.activeElement));
document.addEventListener("htmx:beforeSwap", () => (before = place(document.activeElement)));
document.addEventListener("htmx:afterSwap", ({ detail }) => detail.requestConfig && follow(ruleOf(detail), detail));

// Nothing is swapped where the parts of the page fetch themselves again.
document.addEventListener("htmx:afterOnLoad", ({ detail }) => {
  const rule = ruleOf(detail);
  if (detail.xhr.status === 204 && rule.startsWith("#")) focusOn(document.querySelector(rule));
});

// A form that came back with errors, as a whole page.
focusOn(firstError(document));

function ruleOf({ requestConfig, xhr }) {
  const rule = requestConfig.elt.dataset?.focus ?? "keep";
  const isRefused = xhr.status >= 400 && rule !== "first-error"; // there is something left to do where one is
  return isRefused || hasMoved(asked.get(xhr)) ? "keep" : rule;
}

function hasMoved(from) {
  const active = document.activeElement;
  return isSomewhere(active) && active !== from && !(active.id && active.id === from?.id);
}

function follow(rule, { requestConfig, target }) {
  const swapped = document.getElementById(target.id) ?? target;
  if (rule === "keep") keep(swapped);
  else if (rule === "self") focusOn(document.getElementById(requestConfig.elt.id)) || keep(swapped);
  else if (rule === "first-error") focusOn(firstError(swapped)) || keep(swapped);
  else if (rule === "heading") focusOn(heading(swapped));
  else focusOn(document.querySelector(rule)) || keep(swapped);
}

function keep(swapped) {
  if (!before || isSomewhere(document.activeElement)) return;
  const again = before.id && document.getElementById(before.id);
  if (focusOn(again)) {
    if (before.start !== undefined) again.setSelectionRange?.(before.start, before.end);
  } else {
    focusOn(before.neighbours.find((element) => element.isConnected)) || focusOn(document.querySelector(before.instead)) || focusOn(heading(swapped));
  }
}

function isSomewhere(element) {
  return Boolean(element) && element !== document.body;
}

function place(element) {
  if (!isSomewhere(element)) return null;
  const list = element.closest("[data-neighbours]");
  return { id: element.id, ...caret(element), neighbours: list ? around(element, list) : [], instead: list?.dataset.neighbours ?? null };
}

// Those after it, the nearest first, then those before it.
function around(element, list) {
  const members = [...list.querySelectorAll("a[href], button, input:not([type='hidden']), select")];
  const here = members.indexOf(element);
  return [...members.slice(here + 1), ...members.slice(0, here).reverse()];
}

function caret(element) {
  const writable = element instanceof HTMLTextAreaElement || (element instanceof HTMLInputElement && /^(text|search|url|tel)$/.test(element.type));
  return writable ? { start: element.selectionStart, end: element.selectionEnd } : {};
}

function firstError(root) {
  return root.querySelector("[data-error-summary], [aria-invalid='true']");
}

function heading(root) {
  return root.querySelector?.("h1, h2, h3") ?? document.querySelector("main h1") ?? document.getElementById("content");
}

export function focusOn(element) {
  if (!element) return false;
  if (!element.matches("a[href], button, input, select, textarea, summary, iframe, [tabindex], [contenteditable]")) element.tabIndex = -1;
  element.focus();
  return document.activeElement === element;
}
