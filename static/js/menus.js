// Menus are popovers: the browser opens, places (menu.css) and closes them. Here: the arrow keys, and telling whether one is open.
document.addEventListener("toggle", (event) => {
  const menu = event.target;
  if (!(menu instanceof HTMLElement) || !menu.matches("[popover]")) return;
  const open = event.newState === "open";
  for (const opener of document.querySelectorAll(`[popovertarget="${menu.id}"]`)) opener.setAttribute("aria-expanded", String(open));
  if (open && menu.matches("[role='menu']")) items(menu)[0]?.focus();
}, true);

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("[role='menu']");
  if (!menu) return;
  const all = items(menu);
  const here = all.indexOf(document.activeElement);
  const next = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: all.length - 1 }[event.key];
  if (next !== undefined) {
    event.preventDefault();
    all.at(next % all.length)?.focus();
  } else if (event.key === "Tab") {
    menu.hidePopover();
  } else if (event.key.length === 1 && event.key !== " ") {
    startingWith(event.key, all, here)?.focus();
  }
});

// Choosing closes the menu; what is refused stays open and keeps saying why.
document.addEventListener("click", (event) => {
  const item = event.target.closest("[role='menu'] :is(a, button)");
  if (!item) return;
  if (item.getAttribute("aria-disabled") === "true") event.preventDefault();
  else item.closest("[popover]")?.hidePopover();
});

function items(menu) {
  return [...menu.querySelectorAll("[role^='menuitem']")];
}

function startingWith(letter, all, here) {
  const wrapped = [...all.slice(here + 1), ...all.slice(0, here + 1)];
  return wrapped.find((item) => item.textContent.trim().toLowerCase().startsWith(letter.toLowerCase()));
}
