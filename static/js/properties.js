// A property of a ticket, form[data-property]: sent when it changes. What was refused goes back to what it was, so that
// the page never shows a value that the ticket does not have. data-clear-after empties a form once it was taken.
document.addEventListener("htmx:beforeRequest", ({ detail }) => mark(detail.elt, true));

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const form = detail.elt.closest?.("form");
  mark(form, false);
  if (!form || detail.requestConfig.verb !== "post") return;
  if (detail.xhr.status === 204) taken(form, detail.requestConfig.formData);
  else if (detail.failed && form.matches("[data-property]")) form.reset();
});

document.addEventListener("htmx:sendError", ({ detail }) => detail.elt.closest?.("form[data-property]")?.reset());

function taken(form, sent) {
  if (form.matches("[data-clear-after]")) form.reset();
  if (!form.matches("[data-property]")) return;
  const control = form.querySelector("select, input:not([type='hidden'])");
  control.value = sent.get(control.name); // after a second try it shows the old one
  form.elements.was.value = control.value;
  if (control instanceof HTMLSelectElement) for (const option of control.options) option.defaultSelected = option.selected;
  else control.defaultValue = control.value;
  if (form.matches("[data-hide-after]")) form.hidden = true;
}

function mark(form, pending) {
  for (const control of form?.querySelectorAll?.("[data-property] .inline-edit") ?? []) control.toggleAttribute("data-pending", pending);
}

// "Cancel" puts back what was there.
document.addEventListener("click", ({ target }) => target.closest("[data-reveal-reset]")?.form?.reset());
