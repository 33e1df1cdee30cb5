/**
 * To be known as a customer. Comes in: a token that the site's back end signed. Goes out: the visitor tied to the customer, by
 * the server; an error told where it refused the token. The token lives in this page's memory alone: it is asked again after
 * each rest of the server's, until the page ends.
 */
import { complain, emit } from "./emit.js";
import { hash32 } from "../base/hash.js";
import type { Visit } from "../recorder/recorder.js";
import { subjectOf } from "../sync/sync.js";
import type { Answer } from "../sync/http.js";

/** Ties the visitor to a customer by the site's own token; another customer's browser begins anew. */
export async function identify(visit: Visit, token: string): Promise<void> {
  const { store, sync } = visit;
  const subject = subjectOf(token);
  if (!store || !sync || subject === undefined) return;
  const customer = hash32(subject, 0x811c9dc5);
  // Known already, or on its way; of two, the one that was said last.
  if (store.visitor.customer === customer || visit.identifying === customer) return;
  visit.identifying = customer;
  try {
    if (store.visitor.customer !== undefined) await visit.beginAnew();
    let answer = await link(visit, token, customer);
    if (answer?.kind === "refused" && answer.code === "linked_elsewhere") {
      await visit.beginAnew();
      answer = await link(visit, token, customer);
    }
    if (answer) await heed(visit, answer, customer);
  } finally {
    if (visit.identifying === customer) visit.identifying = undefined;
  }
}

async function heed(
  { desk, store, sync }: Visit,
  { kind }: Answer,
  customer: number,
): Promise<void> {
  if (kind === "gone") await desk.erase();
  else if (kind !== "ok")
    complain(desk, "bad_token", "the server did not accept the customer's token");
  else {
    await store?.noteOf({ customer });
    await sync?.afresh();
    emit(desk, "identify", undefined);
  }
}

/** What the server says of the token; nothing once it is about somebody who is not here any more. */
async function link(visit: Visit, token: string, customer: number): Promise<Answer | undefined> {
  const { store, sync } = visit;
  const { site, server } = visit.desk.from.options;
  if (!store || !sync || server === undefined) return undefined;
  const { secret, erase } = store.visitor;
  const isStill = (): boolean =>
    visit.store === store && store.visitor.secret === secret && visit.identifying === customer;
  const answer = await sync.ask(async () => {
    // Withdrawn meanwhile, or while the store is looked at: nothing is to be sent any more.
    if (!isStill() || (await store.present()) !== "kept" || !isStill()) return undefined;
    return {
      method: "POST",
      url: `${server}/v1/identify`,
      body: { site, visitor: secret, erase, token },
      leaving: false,
    };
  });
  return isStill() ? answer : undefined;
}
