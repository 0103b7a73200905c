// A field to which one adds one thing after the other, form[data-clear-after]: emptied as it is sent, so that the next can be
// typed at once. What did not get through comes back into the field.
document.addEventListener("htmx:confirm", (event) => {
  const { elt: form, etc } = event.detail;
  if (!isOne(form) || etc.values) return; // a second try, or one that waited: it has its words
  etc.values = new FormData(form);
  if (fieldOf(form).value.trim()) form.reset();
  else event.preventDefault();
});

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const { elt: form, formData } = detail.requestConfig;
  if (!isOne(form)) return;
  const field = fieldOf(form);
  const sent = formData.get(field.name);
  if (detail.xhr.status !== 204) field.value ||= sent;
  else if (field.value === sent) form.reset(); // it had come back, and the second try got through
});

function isOne(element) {
  return element.matches("form[data-clear-after]");
}

function fieldOf(form) {
  return form.querySelector("input:not([type='hidden']), textarea");
}
