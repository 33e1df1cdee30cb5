/** A page that is drawn twice: by a server without a browser, and by the browser that takes it over. */
import { Offer, useOffer } from "escale/vue";
import { defineComponent, h } from "vue";

const Own = defineComponent(() => {
  const choice = useOffer("sidebar");
  return () =>
    h(
      "p",
      { id: "own" },
      choice.value?.content?.title ?? `default: ${choice.value?.reason ?? "waiting"}`,
    );
});

export const Page = defineComponent(
  () => () =>
    h("div", { "data-turn": 0 }, [
      h(Offer, { placement: "home-hero", id: "slot" }, () => [h("p", "Where to next?")]),
      h(Own),
    ]),
);
