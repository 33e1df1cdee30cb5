/**
 * React components. In: a placement. Out: a slot that Escale fills, or a choice that the site
 * renders. On a server, and until there is a choice, both show the site's own content. Never: state
 * of their own.
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
  /** Id of a `<template>` of the page. */
  readonly template?: string;
}

/** Slot. Its children are the default content, and stay under React's control. */
export function Offer({ placement, className, ...rest }: OfferProps): ReactElement {
  // Another placement is another slot. Older releases of React do not map `className` for custom
  // elements.
  return createElement("escale-offer", { key: placement, placement, class: className, ...rest });
}

/**
 * Returns the choice for a placement; `undefined` until there is one. The site tracks impressions
 * and clicks itself.
 */
export function useOffer(placement: string): Choice | undefined {
  const follow = useCallback((changed: () => void) => subscribe(placement, changed), [placement]);
  return useSyncExternalStore(
    follow,
    () => get(placement),
    () => undefined,
  );
}
