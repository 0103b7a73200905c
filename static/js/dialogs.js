// <dialog>s by name: data-open-dialog="id" opens, data-close-dialog and a click beside it close. The browser gives the focus back.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open-dialog]");
  if (opener) openDialog(opener.dataset.openDialog);
  else if (event.target.closest("[data-close-dialog]")) event.target.closest("dialog")?.close();
  else if (event.target instanceof HTMLDialogElement && isBeside(event)) event.target.close();
});

// A dialog that is filled as it opens does not show what it held before.
document.addEventListener("htmx:beforeSend", ({ detail }) => detail.requestConfig.elt.matches("[data-open-dialog]") && detail.target.replaceChildren());

export function openDialog(id) {
  const dialog = document.getElementById(id);
  if (!dialog || dialog.open) return;
  dialog.showModal();
}

function isBeside(event) {
  const box = event.target.getBoundingClientRect();
  return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
}
