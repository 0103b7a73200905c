// Says something to screen readers through the regions that stand in the page from the start.
export function say(text, { atOnce = false } = {}) {
  const region = document.getElementById(atOnce ? "said-at-once" : "said-politely");
  if (!region) return;
  region.textContent = "";
  setTimeout(() => (region.textContent = text), 50); // an unchanged text would not be read again
}
