// A property of a ticket, form[data-property]: sent when it changes. Until the server has answered it is in the hand of whoever
// changed it (hands.js). What was refused goes back to what it was, so that the page never shows a value that the ticket
// does not have; what was chosen since then stays and is sent next.
import { isChanged } from "./changed.js";
import { post } from "./csrf.js";

document.addEventListener("htmx:beforeRequest", ({ detail }) => mark(detail.requestConfig.elt, true));

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const { elt: form, verb, formData } = detail.requestConfig;
  if (verb !== "post" || !form.matches("form[data-property]")) return;
  mark(form, false);
  if (detail.xhr.status === 204) taken(form, formData);
  else refused(form, formData);
});

function taken(form, sent) {
  const control = controlOf(form);
  const value = sent.get(control.name);
  // After a second try the control shows the old value; otherwise what was sent, or what was chosen since then.
  const shown = isChanged(control) ? control.value : value;
  settle(control, value);
  control.value = shown;
  if (shown === value && form.matches("[data-hide-after]")) form.hidden = true;
}

// Words stay, to be mended or sent again.
function refused(form, sent) {
  const control = controlOf(form);
  if (control instanceof HTMLSelectElement && control.value === sent.get(control.name)) form.reset();
}

// What the server has from now on.
function settle(control, value) {
  if (control instanceof HTMLSelectElement) for (const option of control.options) option.defaultSelected = option.value === value;
  else control.defaultValue = value;
}

function controlOf(form) {
  return form.querySelector("select, input:not([type='hidden'])");
}

function mark(form, pending) {
  if (form.matches("form[data-property]")) controlOf(form).toggleAttribute("data-pending", pending);
}

// The value that the ticket has now. Whoever chooses next on this page knows it, by whichever of its forms.
document.addEventListener("desk:stands", ({ detail: { field, value } }) => {
  for (const was of document.querySelectorAll(`input[data-was="${field}"]`)) was.value = value;
});

// Whoever leaves the page right after a choice has made it. What is on its way already is refused the second time, unseen.
window.addEventListener("pagehide", () => {
  for (const form of document.querySelectorAll("form[data-property]")) {
    const control = controlOf(form);
    if (!(control instanceof HTMLSelectElement) || !isChanged(control)) continue;
    const fields = { was: form.elements.was.value, [control.name]: control.value };
    post(form.action, fields, { keepalive: true, redirect: "manual" }).catch(() => {});
    form.reset(); // a browser may show this very page again; it then asks what it missed
  }
});

// "Cancel" puts back what was there.
document.addEventListener("click", ({ target }) => target.closest("[data-reveal-reset]")?.form?.reset());
