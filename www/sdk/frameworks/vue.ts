/**
 * Vue components. In: a placement. Out: a slot that Escale fills, or a choice that the site
 * renders. On a server, and until there is a choice, both show the site's own content. Never: state
 * beyond their component.
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

/** Slot. Its default slot is the default content, and stays under Vue's control. */
export const Offer = defineComponent({
  name: "EscaleOffer",
  props: { placement: { type: String, required: true }, template: String },
  // Another placement is another slot.
  setup:
    (props, { slots }) =>
    () =>
      h("escale-offer", { key: props.placement, ...props }, slots.default?.()),
});

/**
 * Returns the choice for a placement; `undefined` until there is one. The site tracks impressions
 * and clicks itself.
 */
export function useOffer(
  placement: MaybeRefOrGetter<string>,
): Readonly<ShallowRef<Choice | undefined>> {
  const choice = shallowRef<Choice>();
  // Only a browser mounts components.
  onMounted(() => {
    watch(
      () => toValue(placement),
      (name, _, onCleanup) => {
        const update = (): void => void (choice.value = get(name));
        onCleanup(subscribe(name, update));
        update();
      },
      { immediate: true },
    );
  });
  return choice;
}
