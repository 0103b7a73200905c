// Light, dark or as the system has it. The server paints the first frame; here the choice takes effect at once and is kept.
import { post } from "./csrf.js";

document.addEventListener("click", (event) => {
  const choice = event.target.closest("[data-theme-choice]");
  if (choice) choose(choice.dataset.themeChoice);
});

function choose(theme) {
  const root = document.documentElement;
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
  for (const item of document.querySelectorAll("[data-theme-choice]")) {
    item.setAttribute("aria-checked", String(item.dataset.themeChoice === theme));
  }
  const address = document.body.dataset.preferencesUrl;
  if (address) post(address, { theme });
}
