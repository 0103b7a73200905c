// The words that scripts show. They stand translated in components/words.html; %(name)s places are filled here.
export function word(key, values = {}) {
  const words = document.getElementById("desk-words")?.dataset ?? {};
  return (words[key] ?? key).replace(/%\((\w+)\)s/g, (_, name) => values[name] ?? "");
}

export function countedWord(key, count) {
  return count === 1 ? word(`${key}One`) : word(`${key}Many`, { count });
}
