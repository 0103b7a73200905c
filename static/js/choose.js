// A box in the head of a table ticks all boxes below it. Without this script there is none.
for (const all of document.querySelectorAll("input[data-choose-all]")) {
  const boxes = () => [...all.form.querySelectorAll("tbody input[type='checkbox']")];
  all.hidden = false;
  all.addEventListener("change", () => boxes().forEach((box) => (box.checked = all.checked)));
  all.form.addEventListener("change", () => {
    const ticked = boxes().filter((box) => box.checked).length;
    all.checked = ticked > 0 && ticked === boxes().length;
    all.indeterminate = ticked > 0 && !all.checked;
  });
}
