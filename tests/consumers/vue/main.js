/** A small site in Vue: a slot, an offer drawn by itself, and a button that draws everything a hundred times over. */
import { init } from "escale";
import { Offer, useOffer } from "escale/vue";
import { createApp, defineComponent, h, nextTick, ref } from "vue";

const escale = init({
  site: "consumers",
  config: "/escale.bin",
  bots: "allow",
  deadlineMs: 20_000,
});
window.escaleOfPage = escale;
window.draws = 0;

const Own = defineComponent(() => {
  const choice = useOffer("sidebar");
  return () => {
    window.draws += 1;
    return h(
      "p",
      { id: "own" },
      choice.value?.content?.title ?? `default: ${choice.value?.reason ?? "waiting"}`,
    );
  };
});

const Page = defineComponent(() => {
  const turn = ref(0);
  const storm = async () => {
    for (let time = 0; time < 100; time++) {
      turn.value += 1;
      await nextTick();
    }
  };
  const list = () =>
    Array.from({ length: turn.value % 4 }, (_, index) => h("li", { key: index }, `line ${index}`));
  return () =>
    h("div", { "data-turn": turn.value }, [
      h("button", { id: "storm", type: "button", onClick: storm }, "Draw"),
      h(Offer, { placement: "home-hero", id: "slot" }, () => [
        h("p", `Where to next? ${turn.value}`),
        h("ul", list()),
      ]),
      h(Own),
      h(Own),
    ]);
});

createApp(Page).mount("#root");
escale.consent("granted");
