/**
 * To be forgotten: the visitor, here and on the server, and the whole customer where one is known. Comes in: the call. Goes
 * out: nothing left here, whatever the server does; an `EscaleError` where the customer's other browsers may be left. Must not keep the secret for asking again: what outlives an erasure can erase this browser's visitor alone.
 */
import { reportError } from "./emit.js";
import type { EscaleError } from "../base/error.js";
import type { Recorder } from "../recorder/recorder.js";
import { erased } from "../sync/http.js";
import { withdraw } from "../recorder/withdraw.js";

/** Who a customer is, the server knows by the visitor alone: it is asked before the visitor goes, but not waited for long. */
const CUSTOMER_WITHIN_MS = 2_000;

/** Erases here and on the server, and the whole customer where one is known; the page goes on with its own content. */
export async function forget({ session, store }: Recorder): Promise<EscaleError | undefined> {
  const { options } = session.from;
  const { secret, customer } = store?.visitor ?? {};
  const isCustomer = options.server !== undefined && secret !== undefined && customer !== undefined;
  const everywhere = isCustomer
    ? inTime(erased(options.server, options.site, secret, "customer"))
    : undefined;
  session.ended("erased");
  await withdraw(options, everywhere);
  const left =
    (await everywhere) === false &&
    "this browser is erased; whether the customer's remote are, the server did not say";
  return left ? reportError(session, "not_everywhere", `profile.forget: ${left}`) : undefined;
}

/** Whether it was done by then: later, the visitor by whom the customer is known may be gone first. */
const inTime = (asked: Promise<boolean>): Promise<boolean> =>
  Promise.race([
    asked,
    new Promise<boolean>((resolve) => setTimeout(resolve, CUSTOMER_WITHIN_MS, false)),
  ]);
