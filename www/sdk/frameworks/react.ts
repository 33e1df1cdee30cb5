/**
 * Escale in React. Comes in: a placement. Goes out: a slot that Escale fills, or a choice that the site draws. On a
 * server, and until it is decided, both are the site's own content. Must hold no state of its own.
 */
"use client";
import {
  createElement,
  useCallback,
  useSyncExternalStore,
  type HTMLAttributes,
  type ReactElement,
} from "react";
import { get, subscribe } from "../index.js";
import type { Choice } from "../base/types.js";

export interface OfferProps extends HTMLAttributes<HTMLElement> {
  readonly placement: string;
  /** The id of a `<template>` of the page. */
  readonly template?: string;
}

/** A slot: its children are the default content, and stay React's own. */
export function Offer({ placement, className, ...rest }: OfferProps): ReactElement {
  // Another placement is another slot; older releases of React do not know what `className` is to an element of one's own.
  return createElement("escale-offer", { key: placement, placement, class: className, ...rest });
}

/** What was chosen for a placement; `undefined` until it is decided. Impressions and clicks are the site's to tell. */
export function useOffer(placement: string): Choice | undefined {
  const follow = useCallback((changed: () => void) => subscribe(placement, changed), [placement]);
  return useSyncExternalStore(
    follow,
    () => get(placement),
    () => undefined,
  );
}
