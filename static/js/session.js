// Signed out while the page was open: htmx would be led to the sign-in page and put it into a fragment. Instead the page
// stays, a dialog says so, and after signing in elsewhere what was begun is done.
import { repeat } from "./requests.js";
import { openDialog } from "./dialogs.js";

const begun = new Map(); // element → what it asked last

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig } = event.detail;
  if (xhr.status !== 401 && !isSignIn(xhr.responseURL)) return;
  event.detail.shouldSwap = false;
  event.detail.isError = false;
  begun.set(requestConfig.elt, requestConfig);
  openDialog("signed-out");
});

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-resume]")) return;
  event.target.closest("dialog").close();
  document.dispatchEvent(new CustomEvent("desk:signed-in"));
  begun.forEach(repeat);
  begun.clear();
});

function isSignIn(address) {
  const place = document.body.dataset.signInUrl;
  return Boolean(place && address && new URL(address, location.href).pathname === place);
}
