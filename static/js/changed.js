// Does a field hold something else than the server wrote into it?
export function isChanged(field) {
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field instanceof HTMLSelectElement) return [...field.options].some((option) => option.selected !== option.defaultSelected && field.value !== firstChoice(field));
  return "defaultValue" in field && field.value !== field.defaultValue; // a button has none
}

// A list without a chosen entry shows its first one.
function firstChoice(list) {
  return [...list.options].some((option) => option.defaultSelected) ? undefined : list.options[0]?.value;
}
