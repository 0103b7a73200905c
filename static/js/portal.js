// The customer's pages and the plain ones. Everything works without it.
import "./forms.js";
import "./frame.js";

document.querySelector("[data-error-summary]")?.focus();
