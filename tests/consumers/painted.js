/** Notes what a person sees: each text of an element that was painted, in order, on `window.painted`. */
export function watchPainted(name, selector) {
  const seen = [];
  (window.painted ??= {})[name] = seen;
  const note = () => {
    const text = document.querySelector(selector)?.innerText.trim() ?? "";
    if (text !== (seen.at(-1) ?? "")) seen.push(text);
    requestAnimationFrame(note);
  };
  note();
}
