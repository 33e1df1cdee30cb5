/**
 * The rarer words of the interface, one function each. Comes in: a command of the site, unchecked. Goes out: what
 * the visit, the server or the full module does about it, and the site's callback called.
 */
import type { OfferElement } from "./element.js";
import { toldBy } from "./ga4.js";
import { hash32 } from "./hash.js";
import type { Language } from "./page.js";
import { quietly } from "./queue.js";
import { subjectOf } from "./sync.js";
import { erased, send, type Answer } from "./transport.js";
import type { Choice, Command, Explanation, WhatIf } from "./types.js";
import { complain, emit, track, type Desk, type Verb } from "./verbs.js";

const VERBS: ReadonlyMap<string, Verb> = new Map<string, Verb>([
  ["explain", explainAloud],
  ["why", (desk, args) => why(desk, args as [OfferElement, Choice, Language])],
  ["ga4", ga4],
  ["identify", (desk, [token]) => identify(desk, String(token))],
  ["profile.export", exportProfile],
  ["profile.forget", forget],
]);

/** Runs a command; an unknown one is told, and passed over. */
export function runLaterVerb(desk: Desk, [name, ...args]: Command): unknown {
  const verb = VERBS.get(name);
  if (!verb) complain(`there is no command "${name}"`);
  return verb?.(desk, args);
}

/** Counts what an event of Google Analytics means; what a layer says that nobody knows is passed over in silence. */
function ga4(desk: Desk, [name, params, isCalled]: readonly unknown[]): void {
  const told = toldBy(String(name), params);
  if (!told && isCalled) complain(`track("${String(name)}"): unknown event`);
  for (const [kind, fields] of told ?? []) {
    const fault = desk.visit.track(kind, fields);
    if (!fault) emit(desk, kind, fields);
    else if (isCalled) complain(`track("${String(name)}"): ${fault}`);
  }
}

/** The callback comes last, as everywhere; between it and the placement there may be another situation. */
async function explainAloud(desk: Desk, [placement, ...rest]: readonly unknown[]): Promise<void> {
  const whatIf = rest.length > 1 ? (rest[0] as Partial<WhatIf> | undefined) : undefined;
  quietly(rest.at(-1), await explanation(desk, String(placement), whatIf));
}

async function explanation(desk: Desk, of: Choice | string, whatIf: Partial<WhatIf> = {}): Promise<Explanation | undefined> {
  const inputs = desk.visit.chooser.inputs(of);
  const { nowMs = inputs?.nowMs ?? 0 } = whatIf;
  return inputs && (await import("./full.js").then((full) => full.explain({ ...inputs, nowMs })).catch(() => undefined));
}

async function why(desk: Desk, [slot, choice, language]: [OfferElement, Choice, Language]): Promise<void> {
  const [full, told] = await Promise.all([import("./full.js"), explanation(desk, choice)]);
  full.showWhy(told, language, (feedback) => {
    track(desk, feedback, { offer: choice.offer, placement: choice.placement });
    desk.again(slot);
  });
}

/** Ties the visitor to a customer by the site's own token; another customer's browser begins anew. */
async function identify(desk: Desk, token: string): Promise<void> {
  const { visit, from } = desk;
  const { site, server } = from.options;
  const subject = subjectOf(token);
  const sync = await visit.sync;
  const { store } = visit;
  if (!store || !sync || server === undefined || subject === undefined) return;
  const customer = hash32(subject, 0x811c9dc5);
  if (store.visitor.customer === customer) return;
  if (store.visitor.customer !== undefined) await visit.beginAnew();
  const link = async (): Promise<Answer | undefined> => {
    await sync.now();
    // Withdrawn meanwhile: nothing is to be sent any more.
    if (visit.store !== store || (await store.present()) !== "kept") return undefined;
    const { secret, erase } = store.visitor;
    const body = { site, visitor: secret, erase, token };
    const answer = await send({ method: "POST", url: `${server}/v1/identify`, body, leaving: false });
    return visit.store === store && store.visitor.secret === secret ? answer : undefined;
  };
  let answer = await link();
  if (answer?.kind === "refused" && answer.code === "linked_elsewhere") {
    await visit.beginAnew();
    answer = await link();
  }
  if (!answer) return;
  if (answer.kind !== "ok") {
    complain("the server did not accept the customer's token");
    return;
  }
  await store.noteCustomer(customer);
  await sync.afresh();
  emit(desk, "identify", undefined);
}

async function exportProfile(desk: Desk, [callback]: readonly unknown[]): Promise<void> {
  const full = await import("./full.js");
  quietly(callback, await full.exportProfile(desk.visit.account()));
}

/** Erases here and on the server; the page goes on with its own content. */
async function forget(desk: Desk, [callback]: readonly unknown[]): Promise<void> {
  const { site, server } = desk.from.options;
  const secret = desk.visit.store?.visitor.secret;
  const there = server !== undefined && secret !== undefined && erased(server, site, secret);
  await Promise.all([desk.erase(), there]);
  quietly(callback);
}
