// Nobody is left without a focus after a swap. The element that asked says where it goes:
//   data-focus="keep | self | #id | first-error | heading"      keep is what happens otherwise
let before = null; // id and caret of what had the focus when the swap began

document.addEventListener("htmx:beforeSwap", () => {
  const active = document.activeElement;
  before = active && active !== document.body ? { id: active.id, ...caret(active) } : null;
});

document.addEventListener("htmx:afterSettle", ({ detail }) => {
  const rule = detail.requestConfig?.elt?.dataset?.focus ?? detail.elt.dataset?.focus ?? "keep";
  const swapped = document.getElementById(detail.target?.id) ?? detail.elt;
  if (rule === "keep") keep(swapped);
  else if (rule === "self") focusOn(document.getElementById(detail.requestConfig?.elt?.id)) || keep(swapped);
  else if (rule === "first-error") focusOn(firstError(swapped)) || keep(swapped);
  else if (rule === "heading") focusOn(heading(swapped));
  else focusOn(document.querySelector(rule)) || keep(swapped);
});

// A form that came back with errors, as a whole page.
focusOn(firstError(document));

function keep(swapped) {
  if (document.activeElement && document.activeElement !== document.body) return;
  if (!before) return; // nothing had the focus before either
  const again = before.id && document.getElementById(before.id);
  if (!focusOn(again)) focusOn(heading(swapped));
  else if (before.start !== undefined) again.setSelectionRange?.(before.start, before.end);
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
