// What of the page is in somebody's hand. No refresh touches it until it is let go: a form in which somebody writes, or chose
// something that the server has not answered yet; a list of choices, a menu or a dialog that stands open.
import { isChanged } from "./changed.js";

const tellsOpen = CSS.supports("selector(:open)"); // elsewhere a list of choices that has the focus may be open
const holders = "form, [popover], dialog, [contenteditable]";

export function isInHand(node) {
  if (node instanceof HTMLFormElement) return isFormInHand(node);
  if (node.matches("dialog[open], :popover-open")) return true;
  return node.isContentEditable && node.contains(document.activeElement);
}

export function holdsAnything(node) {
  return isInHand(node) || [...node.querySelectorAll(holders)].some(isInHand);
}

function isFormInHand(form) {
  if (form.hidden) return false;
  if (form.matches("[data-hide-after]")) return true; // it was opened to be filled in
  return [...form.elements].some((field) => isInUse(field) || isChanged(field));
}

function isInUse(field) {
  if (field !== document.activeElement) return false;
  if (field instanceof HTMLSelectElement) return tellsOpen ? field.matches(":open") : true;
  return !/^(submit|button|reset|checkbox|radio)$/.test(field.type);
}
