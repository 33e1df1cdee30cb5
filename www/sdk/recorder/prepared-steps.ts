/**
 * Decisions for a tree of slots. In: the engine with a visitor's profile, a time. Out: the engine's choice for each
 * slot after those before it, and its blocks. Also the time for which these choices stay the same.
 */
import type { Language } from "../base/language.js";
import type { Runtime } from "../engine/runtime-binding.js";
import { WHY } from "../slots/labels.js";
import type { PreparedStep, PreparedSteps } from "../slots/prepared-record.js";
import { describeBlock, type VNode } from "../slots/render.js";
import { textOf, unpackContent } from "../storage/codec.js";
import type { Branch } from "./layouts.js";

const MINUTE_MS = 60_000;
/** Precision of the time for which decisions stay the same. */
const STEP_MINUTES = 2;

/** Answer of the engine for one slot: an offer with its variant, or the reason for none. */
type Answer = readonly [offer: number, variant: number];

interface Decision {
  readonly branch: Branch;
  readonly answers: readonly Answer[];
  readonly next: readonly Decision[];
}

/** Decides for each path through the tree. */
export function decideSteps(
  engine: Runtime,
  tree: ReadonlyMap<string, Branch>,
  atMs: number,
): readonly Decision[] {
  return [...tree.values()].map((branch) => {
    const placement = engine.placement(branch.placement);
    const answers = branch.slots.map((slot): Answer => {
      const offer = engine.choose(atMs, placement, slot);
      return [offer, offer < 0 ? 0 : engine.variant()];
    });
    const next = decideSteps(engine, branch.next, atMs);
    for (const [offer] of answers) if (offer >= 0) engine.release(offer);
    return { branch, answers, next };
  });
}

/** Returns the minutes for which the decisions stay the same, at most `longest`. Tried in growing steps. */
export function stableMinutes(
  engine: Runtime,
  tree: ReadonlyMap<string, Branch>,
  atMs: number,
  longest: number,
): number {
  const at = (minutes: number): string =>
    JSON.stringify(decideSteps(engine, tree, atMs + minutes * MINUTE_MS).map(answersOf));
  const now = at(0);
  let same = 0;
  for (let minutes = 1; same < longest; minutes *= 2) {
    const tried = Math.min(minutes, longest);
    if (at(tried) !== now) return halved(same, tried, (minute) => at(minute) === now);
    same = tried;
  }
  return same;
}

/** Narrows the end of the time in which nothing changes: same at `same`, no more at `lost`. */
function halved(same: number, lost: number, isSame: (minutes: number) => boolean): number {
  if (lost - same <= STEP_MINUTES) return same;
  const middle = (same + lost) / 2;
  return isSame(middle) ? halved(middle, lost, isSame) : halved(same, middle, isSame);
}

type Answers = readonly [answers: readonly Answer[], next: readonly Answers[]];

const answersOf = ({ answers, next }: Decision): Answers => [answers, next.map(answersOf)];

/** Renders decisions: the steps, and each block once. */
export function render(
  engine: Runtime,
  decisions: readonly Decision[],
  { atMs, language }: { readonly atMs: number; readonly language: Language },
): { nodes: Record<string, VNode>; first: PreparedSteps } {
  const nodes: Record<string, VNode> = {};
  const block = ([offer, variant]: Answer, isFirst: boolean): string => {
    const key = `${offer}.${variant}${isFirst ? "!" : ""}`;
    const content = unpackContent(engine.content(offer, variant, language));
    const [tag, own, ...children] = describeBlock(content, WHY[language]);
    const node: VNode = [tag, { ...own, slot: "escale" }, ...children];
    nodes[key] ??= isFirst ? withPriority(node) : node;
    return key;
  };
  const step = ({ branch, answers, next }: Decision, isFirst: boolean): PreparedStep => {
    const offers = answers.filter(([offer]) => offer >= 0);
    const [lastReason] = answers.filter(([offer]) => offer < 0).at(-1) ?? [-1];
    const ids = offers.map(([offer]) => textOf(engine.offerId(offer)));
    return {
      slots: branch.slots,
      offers: ids,
      blocks: branch.isOwnBlock ? offers.map((answer) => block(answer, isFirst)) : undefined,
      attributes: {
        "data-escale-at": `${atMs}`,
        ...(ids.length > 0
          ? { "data-escale-state": "offer", "data-escale-offer": ids.join(" ") }
          : { "data-escale-state": "default", "data-escale-reason": `engine-${-1 - lastReason}` }),
      },
      next: steps(next, false),
    };
  };
  const steps = (list: readonly Decision[], isFirst: boolean): PreparedSteps =>
    Object.fromEntries(list.map((one) => [one.branch.placement, step(one, isFirst)]));
  return { first: steps(decisions, true), nodes };
}

/** Lets the image of the page's first block load before others. */
function withPriority([tag, attributes, ...children]: VNode): VNode {
  const isImage = tag === "img";
  return [
    tag,
    isImage ? { ...attributes, fetchpriority: "high" } : attributes,
    ...children.map((child) => (typeof child === "string" ? child : withPriority(child))),
  ];
}
