/** A site of several pages in Vue: a layout, and routes of Vue Router. */
import { init } from "escale";
import { Offer, useOffer } from "escale/vue";
import { createApp, defineComponent, h } from "vue";
import { RouterLink, RouterView, createRouter, createWebHistory } from "vue-router";
import { watchPainted } from "../painted.js";

const escale = init({
  site: "consumers",
  config: "/escale.bin",
  bots: "allow",
  deadlineMs: 20_000,
});
window.escaleOfPage = escale;
watchPainted("own", "#own");
watchPainted("aside", "#aside");

const page = (name) =>
  defineComponent(
    () => () =>
      h("article", { id: `page${name.replaceAll("/", "-")}` }, [
        h("h1", name),
        h(Offer, { placement: "home-hero" }, () => h("p", `Where to next? ${name}`)),
      ]),
  );
const Plain = defineComponent(() => () => h("p", { id: "plain" }, "No offer here"));
const Own = defineComponent(() => {
  const choice = useOffer("sidebar");
  return () => h("p", { id: "own" }, choice.value?.content?.title ?? "");
});
const routes = [
  { path: "/", component: page("/") },
  { path: "/trips", component: page("/trips") },
  { path: "/plain", component: Plain },
];
const Site = defineComponent(
  () => () =>
    h("div", [
      h(
        "nav",
        routes.map(({ path }) => h(RouterLink, { key: path, to: path }, () => path)),
      ),
      h(RouterView),
      h(
        "aside",
        { id: "aside" },
        h(Offer, { placement: "home-row" }, () => h("p", "")),
      ),
      h(Own),
    ]),
);

createApp(Site)
  .use(createRouter({ history: createWebHistory(), routes }))
  .mount("#root");
escale.consent("granted");
