// The last lines of app.js: starts the wasm and hydrates the islands of the page, in document order.
(async () => {
  const self = await import(import.meta.url);
  // Once more after a moment: a phone that changes its network loses what is under way.
  const start = () => __wbg_init({ module_or_path: new URL("WASM_FILE", import.meta.url) });
  await start().catch(() => new Promise((again) => setTimeout(again, 1000)).then(start));
  self.hydrate();
  // An island is called NAME_HASH after its source text; compilers may print that text differently, so the name alone counts.
  const name = (id) => id.replace(/_\d+$/, "");
  const islands = new Map(Object.keys(self).map((id) => [name(id), self[id]]));
  for (const element of document.querySelectorAll("leptos-island")) {
    islands.get(name(element.dataset.component))?.(element);
  }
  document.documentElement.dataset.live = "";
})();
