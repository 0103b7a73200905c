// A form is sent once: the button turns, a second press does nothing. Coming back to the page frees it again.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "dialog") return;
  if (form.dataset.underway) {
    event.preventDefault();
    return;
  }
  form.dataset.underway = "yes";
  event.submitter?.setAttribute("aria-busy", "true");
});

document.addEventListener("htmx:beforeRequest", ({ detail }) => busy(detail, true));
document.addEventListener("htmx:afterRequest", ({ detail }) => busy(detail, false));
window.addEventListener("pageshow", () => document.querySelectorAll("form[data-underway]").forEach(free));

function busy({ elt, requestConfig }, on) {
  const button = requestConfig?.triggeringEvent?.submitter ?? (elt.matches("button") ? elt : null);
  if (on) button?.setAttribute("aria-busy", "true");
  else button?.removeAttribute("aria-busy");
}

function free(form) {
  delete form.dataset.underway;
  form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
}

// A password can be looked at.
document.addEventListener("click", (event) => {
  const eye = event.target.closest("[data-show-password]");
  const input = eye && document.getElementById(eye.dataset.showPassword);
  if (!input) return;
  const shown = input.type === "text";
  input.type = shown ? "password" : "text";
  eye.setAttribute("aria-pressed", String(!shown));
});
