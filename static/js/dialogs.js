// <dialog>s by name: data-open-dialog="id" opens, data-close-dialog and a click beside it close. The browser gives the focus back.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open-dialog]");
  if (opener) openDialog(opener.dataset.openDialog);
  else if (event.target.closest("[data-close-dialog]")) event.target.closest("dialog")?.close();
  else if (event.target instanceof HTMLDialogElement && isBeside(event)) event.target.close();
});

// What is asked for a dialog is not what it held before.
document.addEventListener("htmx:beforeSend", ({ detail: { target } }) => target?.closest("dialog") && target.replaceChildren());

export function openDialog(id) {
  const dialog = document.getElementById(id);
  if (!dialog || dialog.open) return;
  dialog.showModal();
}

function isBeside(event) {
  const box = event.target.getBoundingClientRect();
  return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
}
