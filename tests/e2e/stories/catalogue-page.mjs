/** The failure catalogue, hostile and clumsy pages: each story has its number as a tag; see docs/reliability.md. */
import assert from "node:assert/strict";
import { build } from "esbuild";
import { fileURLToPath } from "node:url";
import { exported, flush, slot, tell, untilState } from "../steps.mjs";
import { story } from "../story.mjs";
import { becomeCityLover } from "./block.mjs";

const TEXTS = [
  "<img src=x onerror=pwn()>",
  "<svg onload=pwn()>",
  "<script>pwn()</script>",
  "\"><iframe srcdoc='<script>parent.pwn()</script>'>",
  "{{constructor.constructor('pwn()')()}}",
  "javascript:pwn()",
  "<a href=javascript:pwn()>x</a>",
  "</style><script>pwn()</script>",
  "<math><mtext><script>pwn()</script>",
  "\u202e<b onclick=pwn()>",
  "&lt;script&gt;pwn()&lt;/script&gt;",
  "<object data=javascript:pwn()>",
  "<details open ontoggle=pwn()>",
  "<base href=//evil.example>",
  "<template><script>pwn()</script></template>",
  "<input autofocus onfocus=pwn()>",
  "<meta http-equiv=refresh content=0;url=javascript:pwn()>",
];
const ADDRESSES = [
  "javascript:pwn()",
  "JaVaScRiPt:pwn()",
  "java\nscript:pwn()",
  "\u0001javascript:pwn()",
  " javascript:pwn()",
  "data:text/html,<script>parent.pwn()</script>",
  "vbscript:pwn()",
  "blob:https://x/1",
  "file:///etc/passwd",
  "javascript&colon;pwn()",
  "java\tscript:pwn()",
  "/\\evil.example",
  "view-source:javascript:pwn()",
];

/** The block's own code, as a script of the page: the config's compiler would not even let such offers through. */
async function blocksScript() {
  const entry = fileURLToPath(new URL("../../../www/sdk/slots/render.ts", import.meta.url));
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    format: "iife",
    globalName: "blocks",
    write: false,
    logLevel: "error",
  });
  return `${outputFiles[0]?.text ?? ""}; window.blocks = blocks; window.pwned = 0; window.pwn = () => (window.pwned += 1);`;
}

/**
 * Draws every text with every address in the page, as a block and by a template.
 * Clicks on the links and returns findings about the drawn elements.
 * @param {string[]} texts @param {string[]} addresses
 */
function drawHostile(texts, addresses) {
  const page = /** @type {any} */ (window);
  const template = document.createElement("template");
  const parts = ["title", "text"].map((key) =>
    Object.assign(document.createElement("p"), { textContent: key }),
  );
  parts.forEach((part, at) => part.setAttribute("data-bind", ["title", "text"][at] ?? ""));
  const link = document.createElement("a");
  link.setAttribute("data-bind-href", "url");
  const image = document.createElement("img");
  image.setAttribute("data-bind-src", "image");
  template.content.append(...parts, link, image);
  /** @type {Element[]} */
  const drawn = [];
  for (const text of texts) {
    for (const address of addresses) {
      const content = {
        title: text,
        text,
        badge: text,
        price: text,
        cta: text,
        alt: text,
        url: address,
        image: address,
      };
      drawn.push(
        ...page.blocks.buildBlock(content, text),
        ...page.blocks.fillTemplate(template, content),
      );
    }
  }
  const stage = document.body.appendChild(document.createElement("div"));
  stage.append(...drawn);
  // A path of the site leads away from here; whatever would run, may.
  stage.addEventListener("click", (event) => {
    const anchor = /** @type {HTMLAnchorElement | null} */ (
      /** @type {Element} */ (event.target).closest("a[href]")
    );
    if (anchor && /^https?:$/.test(anchor.protocol)) event.preventDefault();
  });
  const nodes = [...stage.querySelectorAll("*")];
  for (const node of nodes)
    node.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
  const usual = ["section", "a", "div", "img", "span", "h3", "p", "button"];
  return {
    drawn: drawn.length,
    strange: nodes.map(({ localName }) => localName).filter((name) => !usual.includes(name)),
    addresses: [
      ...new Set(
        nodes
          .map((node) => node.getAttribute("href") ?? node.getAttribute("src"))
          .filter((address) => address !== null),
      ),
    ],
    handlers: nodes.filter((node) => [...node.attributes].some(({ name }) => name.startsWith("on")))
      .length,
  };
}

export const pageCatalogue = [
  story(
    "hostile texts and addresses of offers are text, or dropped",
    { tags: ["f47"] },
    async ({ visit, gate, at }) => {
      gate.prelude = await blocksScript();
      const browser = await visit();
      await browser.open(at("/"));
      await untilState(browser, "pending");
      const { drawn, strange, addresses, handlers } = await browser.run(
        drawHostile,
        TEXTS,
        ADDRESSES,
      );
      assert.ok(drawn >= 500, `${drawn} pieces`);
      assert.deepEqual([strange, handlers], [[], 0]);
      // In what a script sets no entity is read: this one is a path of the site, as odd as it looks.
      assert.deepEqual(
        addresses,
        ["javascript&colon;pwn()"],
        "none of the others is an address to be used",
      );
      // Whatever would have run had its time.
      await browser.runAsync(
        () => new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(true)))),
      );
      assert.equal(await browser.run(() => /** @type {any} */ (window).pwned), 0);
    },
  ),

  story(
    "addresses that mean to pollute prototypes pollute nothing",
    { tags: ["f48"] },
    async ({ enter, at }) => {
      const browser = await enter();
      for (const query of [
        "__proto__[polluted]=1",
        "constructor[prototype][polluted]=1",
        "__proto__.polluted=1",
        "escale_send=__proto__&utm_medium=__proto__&escale_family=constructor",
      ]) {
        await browser.open(at(`/?${query}`));
        await untilState(browser, "ready");
        await tell(
          browser,
          "track",
          "search",
          JSON.parse(
            '{"__proto__": {"polluted": 1}, "constructor": 1, "destination": "__proto__"}',
          ),
        );
        await flush(browser);
        assert.equal(
          await browser.run(
            () =>
              /** @type {any} */ ({}).polluted === undefined &&
              /** @type {any} */ ([]).polluted === undefined,
          ),
          true,
          query,
        );
      }
    },
  ),

  story(
    "an address as long and strange as may be adds at most what one page does",
    { tags: ["f49"] },
    async ({ enter, at }) => {
      const browser = await enter();
      await browser.open(
        at(`/city-trips/?${"city-trips/".repeat(400)}&theme=ski&x=${"%00%ff".repeat(200)}`),
      );
      await untilState(browser, "ready");
      await flush(browser);
      const { counts, facets } = (await exported(browser)).knowledge;
      assert.equal(counts.page_views, 2);
      const masses = facets.flatMap((/** @type {any} */ { topics }) =>
        topics.map((/** @type {any} */ { mass }) => mass),
      );
      assert.ok(Math.max(...masses) < 4, `the heaviest topic is ${Math.max(...masses)}`);
    },
  ),

  story(
    "slots that are moved, doubled, taken out and drawn anew throw nothing and do not loop",
    { tags: ["f50"] },
    async ({ visit, at }) => {
      const browser = await visit();
      await becomeCityLover(browser, at);
      const seen = await browser.runAsync(async () => {
        const slot = /** @type {HTMLElement} */ (
          document.querySelector("escale-offer[placement=home-hero]")
        );
        const home = /** @type {HTMLElement} */ (slot.parentElement);
        let changes = 0;
        const watcher = new MutationObserver((records) => (changes += records.length));
        watcher.observe(document.body, {
          subtree: true,
          childList: true,
          attributes: true,
          attributeFilter: ["data-escale-state"],
        });
        const turn = () => new Promise((resolve) => requestAnimationFrame(resolve));
        for (let round = 0; round < 40; round += 1) {
          home.append(slot);
          const twin = /** @type {HTMLElement} */ (slot.cloneNode(true));
          home.append(twin);
          slot.remove();
          if (round % 4 === 0) await turn();
          home.append(slot);
          twin.remove();
          slot.setAttribute("placement", round % 2 ? "home-hero" : "nowhere");
        }
        const lone = document.createElement("escale-offer");
        document.body.append(lone);
        await turn();
        await turn();
        const after = changes;
        for (let frame = 0; frame < 20; frame += 1) await turn();
        return {
          still: changes - after,
          state: slot.dataset["escaleState"],
          lone: lone.dataset["escaleState"],
        };
      });
      assert.equal(seen.still, 0, "once the page rests, so does the slot");
      assert.equal(seen.lone, "default");
      assert.ok(seen.state !== undefined);
    },
  ),

  story(
    "hostile messages and named elements change nothing",
    { tags: ["f51"] },
    async ({ visit, gate, at }) => {
      gate.rewrite = (html) =>
        html.replace(
          "<body>",
          '<body><form id="documentElement"><input name="dataset"></form><img name="querySelectorAll2" id="customElements2"><a id="escale_q" name="escale"></a><form name="navigation"></form>',
        );
      const browser = await visit();
      await becomeCityLover(browser, at);
      await browser.run(() => {
        for (const data of [
          null,
          1,
          "look",
          "withdraw",
          { type: "escale", verb: "profile.forget" },
          ["consent", "denied"],
          { __proto__: null },
        ]) {
          window.postMessage(data, "*");
          new BroadcastChannel("escale:demo").postMessage(data);
        }
      });
      await flush(browser);
      await untilState(browser, "ready");
      await browser.open(at("/"));
      await untilState(browser, "ready");
      assert.equal((await slot(browser)).state, "offer");
    },
  ),

  story(
    "where a tag manager strips the attributes, the page says its options beforehand",
    async ({ visit, gate, at }) => {
      gate.prelude = `window.escaleOptions = { site: "demo", config: "/v1/config?site=demo", server: "", bots: "allow", deadlineMs: ${gate.deadlineMs} };`;
      gate.rewrite = (html) => html.replace(/(<script async src="[^"]*")[^>]*>/, "$1>");
      const browser = await visit();
      await becomeCityLover(browser, at);
      assert.equal((await slot(browser)).state, "offer");
      await flush(browser);
      assert.ok(gate.asked("/v1/sync").length > 0, "it syncs, too");
    },
  ),

  story(
    "an element that stands in for the running script leaves the default",
    { tags: ["f51"] },
    async ({ visit, gate, at }) => {
      gate.rewrite = (html) =>
        html
          .replace("</head>", '</head><img name="currentScript">')
          .replace(
            /(<script async src="\/escale\/escale.js"[^>]*><\/script>)([^]*)<\/body>/,
            "$2$1</body>",
          );
      const browser = await visit();
      await browser.open(at("/"));
      await browser.until("the page", () => document.readyState === "complete");
      assert.match(
        await browser.run(
          () => /** @type {HTMLElement} */ (document.querySelector("escale-offer")).innerText,
        ),
        /où faire escale/,
      );
      assert.deepEqual(gate.asked("/v1/"), []);
    },
  ),
];
