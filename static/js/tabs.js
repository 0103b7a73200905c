// Tabs over panels of one page, with the arrow keys. The panels are the elements that aria-controls names.
document.addEventListener("click", (event) => {
  const tab = event.target.closest("[data-tabs] [role='tab']");
  if (tab) select(tab);
});

document.addEventListener("keydown", (event) => {
  const tab = event.target.closest?.("[role='tablist'] [role='tab']");
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!tab || !step) return;
  event.preventDefault();
  const tabs = [...tab.closest("[role='tablist']").querySelectorAll("[role='tab']")];
  const direction = document.documentElement.dir === "rtl" ? -step : step;
  const next = tabs.at((tabs.indexOf(tab) + direction) % tabs.length);
  next.focus();
  next.click();
});

function select(tab) {
  for (const other of tab.closest("[data-tabs]").querySelectorAll("[role='tab']")) {
    const chosen = other === tab;
    other.setAttribute("aria-selected", String(chosen));
    other.tabIndex = chosen ? 0 : -1;
    const panel = document.getElementById(other.getAttribute("aria-controls"));
    if (panel) panel.hidden = !chosen;
  }
}
