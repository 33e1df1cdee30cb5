/**
 * Layouts of a site's pages: their slots, in the order of the page. In: this page, the layouts of earlier pages. Out: a
 * tree of the slots that may come first, second and so on. Bounded: a few pages of a few slots.
 */
import { languageOf, type Language } from "../base/language.js";
import type { Runtime } from "../engine/runtime-binding.js";
import type { Layout, LayoutSlot, PreparedRecord } from "../slots/prepared-record.js";

const LAYOUTS_MAX = 6;
const SLOTS_MAX = 8;

/** Slot with those that may follow it, by placement. */
export interface Branch extends LayoutSlot {
  readonly next: Map<string, Branch>;
}

/** Reads the layouts of a record. None if the text is no record. */
export function asLayouts(text: string | undefined): readonly Layout[] {
  try {
    const { layouts } = JSON.parse(text ?? "") as PreparedRecord;
    return layouts.filter((layout) => layout.every(isSlot));
  } catch {
    return [];
  }
}

const isSlot = ({ placement, slots }: LayoutSlot): boolean =>
  typeof placement === "string" && slots.every(Number.isInteger);

/** Adds a page's layout, as the newest. */
export function withLayout(layouts: readonly Layout[], page: Layout): readonly Layout[] {
  const text = JSON.stringify(page);
  const older = layouts.filter((layout) => JSON.stringify(layout) !== text);
  return page.length > 0 ? [page, ...older].slice(0, LAYOUTS_MAX) : layouts;
}

/** Language of the page's own text. */
export const pageLanguage = (): Language => languageOf(document.documentElement);

/** Reads the layout of this page. Placements that the config does not have are left out. */
export function pageLayout(engine: Runtime): Layout {
  const elements = [...document.querySelectorAll<HTMLElement>("escale-offer[placement]")];
  const names = elements.map((element) => element.getAttribute("placement") ?? "");
  return elements
    .map((element, at) => {
      const placement = names[at] ?? "";
      const index = engine.placement(placement);
      const count = index < 0 ? 0 : Math.max(engine.slots(index), 1);
      const isOnly = names.filter((name) => name === placement).length === 1;
      const before = names.slice(0, at).filter((name) => name === placement).length;
      const all = [...Array(count).keys()];
      return {
        placement,
        slots: isOnly ? all : all.slice(before, before + 1),
        isOwnBlock:
          !element.hasAttribute("template") &&
          !element.querySelector("template") &&
          languageOf(element) === pageLanguage(),
      };
    })
    .filter(({ slots }) => slots.length > 0)
    .slice(0, SLOTS_MAX);
}

/** Joins layouts into a tree. Of two slots with one name in one place, the newest layout's counts. */
export function branches(layouts: readonly Layout[]): Map<string, Branch> {
  const first = new Map<string, Branch>();
  for (const layout of layouts) {
    let steps = first;
    for (const slot of layout) {
      const branch = steps.get(slot.placement) ?? { ...slot, next: new Map<string, Branch>() };
      steps.set(slot.placement, branch);
      steps = branch.next;
    }
  }
  return first;
}
