/**
 * Identification as a customer. In: a token that the site's back end signed. Out: a link of visitor
 * and customer on the server; an error if it rejects the token. The token stays in this page's
 * memory. It is sent again after each delay, until the page ends.
 */
import { reportError, emit } from "./emit.js";
import { warnOnce } from "../base/warn-once.js";
import { hash32 } from "../base/hash.js";
import type { Recorder } from "../recorder/recorder.js";
import { subjectOf } from "../sync/sync.js";
import type { Answer } from "../sync/http.js";

/** Links the visitor to a customer. If another customer is linked, an empty profile starts. */
export async function identify(recorder: Recorder, token: string): Promise<void> {
  const { store, sync, session } = recorder;
  if (session.from.options.server === undefined)
    warnOnce("identify does nothing: the site has no server. Give it: data-server, or server");
  if (!store || !sync) return;
  const subject = subjectOf(token);
  if (subject === undefined) {
    reportError(session, "bad_token", "identify: the token names no customer");
    return;
  }
  const customer = hash32(subject, 0x811c9dc5);
  // The customer is linked, or its token is on the way. The last of two tokens counts.
  if (store.visitor.customer === customer || recorder.identifying === customer) return;
  recorder.identifying = customer;
  try {
    if (store.visitor.customer !== undefined) await recorder.startOver();
    let answer = await link(recorder, token, customer);
    if (answer?.kind === "rejected" && answer.code === "linked_elsewhere") {
      await recorder.startOver();
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
  if (kind === "erased") await session.erase();
  else if (kind !== "ok")
    reportError(session, "bad_token", "the server did not accept the customer's token");
  else {
    await store?.updateVisitor({ customer });
    await sync?.forceSync();
    emit(session, "identify", undefined);
  }
}

/** Sends the token. Returns the server's answer; `undefined` if the visitor has changed. */
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
  const answer = await sync.request(async () => {
    // Consent may be withdrawn meanwhile: then nothing is sent.
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
