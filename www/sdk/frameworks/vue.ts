/**
 * Escale in Vue. Comes in: a placement. Goes out: a slot that Escale fills, or a choice that the site draws. On a
 * server, and until it is decided, both are the site's own content. Must hold no state beyond its component's.
 */
import {
  defineComponent,
  h,
  onMounted,
  shallowRef,
  toValue,
  watch,
  type MaybeRefOrGetter,
  type ShallowRef,
} from "vue";
import { get, subscribe } from "../index.js";
import type { Choice } from "../base/types.js";

/** A slot: what stands inside is the default content, and stays Vue's own. */
export const Offer = defineComponent({
  name: "EscaleOffer",
  props: { placement: { type: String, required: true }, template: String },
  // Another placement is another slot.
  setup:
    (props, { slots }) =>
    () =>
      h("escale-offer", { key: props.placement, ...props }, slots.default?.()),
});

/** What was chosen for a placement; `undefined` until it is decided. Impressions and clicks are the site's to tell. */
export function useOffer(
  placement: MaybeRefOrGetter<string>,
): Readonly<ShallowRef<Choice | undefined>> {
  const choice = shallowRef<Choice>();
  // Only in a browser: a server mounts nothing.
  onMounted(() => {
    watch(
      () => toValue(placement),
      (name, _, onCleanup) => {
        const look = (): void => void (choice.value = get(name));
        onCleanup(subscribe(name, look));
        look();
      },
      { immediate: true },
    );
  });
  return choice;
}
