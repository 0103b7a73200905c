// The views column and the details panel: data-toggle="side" and "details". Wide screens remember the choice in a cookie,
// so that the server paints it right; on narrow ones both are drawers, which take the focus and give it back.
const year = 31_536_000;
const drawer = { side: matchMedia("(width < 40rem)"), details: matchMedia("(width < 80rem)") };
const openers = {};

document.addEventListener("click", (event) => {
  const toggle = event.target.closest("[data-toggle]");
  if (toggle) flip(toggle.dataset.toggle, toggle);
  const reveal = event.target.closest("[data-reveal]");
  if (reveal) show(reveal);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open], :popover-open")) return;
  for (const name of ["details", "side"]) {
    if (drawer[name].matches && document.body.dataset[name] === "open") {
      event.preventDefault();
      close(name);
      return;
    }
  }
});

export function flip(name, opener = document.activeElement) {
  if (drawer[name].matches) {
    if (document.body.dataset[name] === "open") close(name);
    else open(name, opener);
    return;
  }
  const folded = name === "side" ? "rail" : "closed";
  const fold = document.body.dataset[name] !== folded;
  if (fold) document.body.dataset[name] = folded;
  else delete document.body.dataset[name];
  document.cookie = `desk_${name}=${fold ? folded : ""}; path=/; max-age=${year}; samesite=lax`;
}

function open(name, opener) {
  openers[name] = opener;
  document.body.dataset[name] = "open";
  tell(name, true);
  region(name)?.querySelector("a, button, input, select")?.focus();
}

function close(name) {
  delete document.body.dataset[name];
  tell(name, false);
  openers[name]?.focus();
}

function tell(name, expanded) {
  for (const toggle of document.querySelectorAll(`[data-toggle="${name}"]`)) toggle.setAttribute("aria-expanded", String(expanded));
}

function region(name) {
  return document.getElementById(name === "side" ? "views" : "details");
}

function show(button) {
  const hidden = document.getElementById(button.dataset.reveal);
  if (!hidden) return;
  hidden.hidden = !hidden.hidden;
  button.setAttribute("aria-expanded", String(!hidden.hidden));
  if (!hidden.hidden) hidden.querySelector("input, select, textarea")?.focus();
}
