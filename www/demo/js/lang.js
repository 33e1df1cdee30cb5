/**
 * In: the language asked for in the address, or the one chosen earlier. Out: <html lang> and the title,
 * set before the first paint. Never stores anything by itself: only the language button does (site.js).
 */
{
  let remembered = null;
  try {
    remembered = localStorage.getItem("voyages-lang");
  } catch {
    // Storage refused: the page stays in French.
  }
  const asked = new URLSearchParams(location.search).get("lang") || remembered;
  const title = document.querySelector("title");
  if (asked === "en") {
    document.documentElement.lang = "en";
    document.title = title.dataset.en;
  }
}
