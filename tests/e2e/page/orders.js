/**
 * Generated orders of what a site, a visitor and a consent platform do on a page. Comes in: the number of an order,
 * its source of consent. Goes out: what was read, stored or sent before the first clear yes. The same number is always the same order.
 */
const STEPS = 14;
const FULL = [1, 2, 3, 4, 5, 6];

/** Steps that never grant consent, for each source. */
const NOES = {
  tcf: [
    ({ platform }) => platform.come(),
    ({ platform }) => (platform.come(), platform.show()),
    (frame) => (frame.platform.come(), (frame.isRefused = true), frame.platform.answer([1, 5])),
    (frame) => (frame.platform.come(), (frame.isRefused = true), frame.platform.answer([], FULL)),
    ({ platform }) => (platform.come(), platform.doesNotApply()),
  ],
  google: [
    ({ gtag }) => gtag("consent", "default", { personalization_storage: "granted" }),
    ({ gtag }) => gtag("consent", "default", { personalization_storage: "denied" }),
    ({ gtag }) => gtag("consent", "update", { ad_storage: "granted" }),
    (frame) => (
      (frame.isRefused = true),
      frame.gtag("consent", "update", { personalization_storage: "denied" })
    ),
    ({ gtag }) => gtag("consent", "update", { personalization_storage: true }),
  ],
};
const YES = {
  tcf: ({ platform }) => (platform.come(), platform.answer(FULL)),
  google: ({ gtag }) => gtag("consent", "update", { personalization_storage: "granted" }),
};
const NO = { tcf: NOES.tcf[2], google: NOES.google[3] };

/** Calls that a site makes meanwhile. */
const CALLS = [
  ({ escale }) => escale("track", "search", { destination: "lisbonne", adults: 2 }),
  ({ escale }) =>
    escale("track", "purchase", { transaction_id: "B-7", items: [{ destination: "bali" }] }),
  ({ escale }) => escale("page", { topics: ["trip.city"] }),
  ({ escale }) => escale("declare", { interests: ["trip.city"] }),
  ({ escale }) => escale("identify", "a.b.c"),
  ({ escale }) => escale("choose", "home-hero", () => undefined),
  ({ escale }) => escale("consent", "granted"),
  ({ escale }) => escale("consent", "pending"),
  ({ escale }) => escale("on", "search", () => undefined),
  ({ escale }) => escale("flush", () => undefined),
  ({ escale }) => escale("profile.export", () => undefined),
  ({ dataLayer }) =>
    dataLayer.push({ event: "view_item", ecommerce: { items: [{ destination: "porto" }] } }),
  ({ history }) => history.pushState(null, "", "?escale_send=spring&utm_medium=email"),
  (frame) => frame.dispatchEvent(new frame.PageTransitionEvent("pagehide", { persisted: true })),
  (frame) => frame.document.dispatchEvent(new frame.Event("visibilitychange")),
];

const turn = () =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = resolve;
    port2.postMessage(0);
  });

function drawer(seed) {
  let random = Math.imul(seed + 1, 2_654_435_761) >>> 0;
  return (below) => (
    (random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0),
    (random >>> 8) % below
  );
}

/** One order in a frame of its own; odd numbers begin before the loader has come. */
async function play(number, source, begins) {
  const draw = drawer(number);
  const holder = document.createElement("iframe");
  const loaded = new Promise((resolve) => holder.addEventListener("load", resolve, { once: true }));
  holder.src = `/e2e/frame-${source}`;
  document.body.append(holder);
  const begun = new Promise((resolve) => Object.assign(window, { [`begin${source}`]: resolve }));
  await (number % 2 ? begun : loaded);
  const frame = holder.contentWindow;
  for (let step = 0; step < STEPS; step++) {
    const list = draw(3) === 0 ? NOES[source] : CALLS;
    list[draw(list.length)](frame);
    if (draw(2) === 0) await turn();
  }
  await loaded;
  const before = await answered(frame, source, begins);
  holder.remove();
  return { number, source, begins, ...before };
}

/**
 * Gives the last answer and returns the uses and requests until it takes effect.
 * Its effect shows that Escale has processed every earlier step.
 */
async function answered(frame, source, begins) {
  const wanted = begins ? ["ready", "memory"] : ["denied"];
  if (begins) frame.isGranted = true;
  (begins ? YES : NO)[source](frame);
  const { documentElement: html } = frame.document;
  await new Promise((resolve) => {
    const check = () => (wanted.includes(html.dataset.escale) ? resolve() : undefined);
    new frame.MutationObserver(check).observe(html, { attributes: true });
    check();
  });
  const files = frame.performance
    .getEntriesByType("resource")
    .map(({ name }) => new URL(name).pathname);
  return { used: frame.used, files };
}

/** Plays orders one after the other. The last of all begins: after it there is something that a refusal would erase. */
window.playOrders = async ({ from, to, all }, source) => {
  const played = [];
  for (let number = from; number < to; number++)
    played.push(await play(number, source, number === all - 1));
  return played;
};
