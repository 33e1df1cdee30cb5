/**
 * To be known as a customer. Comes in: a token that the site's back end signed. Goes out: the visitor tied to the customer, by
 * the server; an error told where it refused the token. The token lives in this page's memory alone: it is asked again after
 * each rest of the server's, until the page ends.
 */
import { reportError, emit } from "./emit.js";
import { hash32 } from "../base/hash.js";
import type { Recorder } from "../recorder/recorder.js";
import { subjectOf } from "../sync/sync.js";
import type { Answer } from "../sync/http.js";

/** Ties the visitor to a customer by the site's own token; another customer's browser begins anew. */
export async function identify(recorder: Recorder, token: string): Promise<void> {
  const { store, sync } = recorder;
  const subject = subjectOf(token);
  if (!store || !sync || subject === undefined) return;
  const customer = hash32(subject, 0x811c9dc5);
  // Known already, or on its way; of two, the one that was said last.
  if (store.visitor.customer === customer || recorder.identifying === customer) return;
  recorder.identifying = customer;
  try {
    if (store.visitor.customer !== undefined) await recorder.beginAnew();
    let answer = await link(recorder, token, customer);
    if (answer?.kind === "refused" && answer.code === "linked_elsewhere") {
      await recorder.beginAnew();
      answer = await link(recorder, token, customer);
    }
    if (answer) await handleAnswer(recorder, answer, customer);
  } finally {
    if (recorder.identifying === customer) recorder.identifying = undefined;
  }
}

async function handleAnswer(
  { session, store, sync }: Recorder,
  { kind }: Answer,
  customer: number,
): Promise<void> {
  if (kind === "gone") await session.erase();
  else if (kind !== "ok")
    reportError(session, "bad_token", "the server did not accept the customer's token");
  else {
    await store?.noteOf({ customer });
    await sync?.forceSync();
    emit(session, "identify", undefined);
  }
}

/** What the server says of the token; nothing once it is about somebody who is not here any more. */
async function link(
  recorder: Recorder,
  token: string,
  customer: number,
): Promise<Answer | undefined> {
  const { store, sync } = recorder;
  const { site, server } = recorder.session.from.options;
  if (!store || !sync || server === undefined) return undefined;
  const { secret, erase } = store.visitor;
  const isStill = (): boolean =>
    recorder.store === store &&
    store.visitor.secret === secret &&
    recorder.identifying === customer;
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
