// A form of settings says how much of it is not saved yet, and asks before that is lost.
//   <form data-unsaved> … <span data-unsaved-words data-one="1 change is not saved" data-many="%(count)s changes are not saved" hidden>
import { isChanged } from "./changed.js";

const form = document.querySelector("form[data-unsaved]");

function changed() {
  const names = new Set();
  for (const field of form.elements) {
    if (!field.name || field.type === "hidden" || field.type === "submit") continue;
    if (isChanged(field)) names.add(field.name);
  }
  return names.size;
}

function tell() {
  const words = form.querySelector("[data-unsaved-words]");
  const count = changed();
  words.hidden = count === 0;
  words.textContent = count === 1 ? words.dataset.one : words.dataset.many.replace("%(count)s", count);
}

if (form) {
  form.addEventListener("input", tell);
  form.addEventListener("change", tell);
  window.addEventListener("pageshow", tell);
  // What came back with errors is not saved either: the server says so in the page.
  window.addEventListener("beforeunload", (event) => {
    if (!form.dataset.underway && changed() > 0) event.preventDefault();
  });
}
