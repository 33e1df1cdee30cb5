/**
 * Erasure of the visitor, here and on the server, and of the whole customer if one is known. In:
 * the command. Out: empty stores, whatever the server answers; an `EscaleError` if the customer's
 * other browsers may be left. Never: a stored secret for a later request. Only the erase-only token
 * of this visitor outlives the erasure.
 */
import { reportError } from "./emit.js";
import type { EscaleError } from "../base/error.js";
import type { Recorder } from "../recorder/recorder.js";
import { requestErasure } from "../sync/http.js";
import { withdraw } from "../recorder/withdraw.js";

/**
 * Time limit for the erasure of a customer. The server knows the customer by the visitor only, so
 * it is asked first.
 */
const CUSTOMER_WITHIN_MS = 2_000;

/**
 * Erases the visitor here and on the server, and the whole customer if one is known. The page shows
 * its own content.
 */
export async function forget({ session, store }: Recorder): Promise<EscaleError | undefined> {
  const { options } = session.from;
  const { secret, customer } = store?.visitor ?? {};
  const isCustomer = options.server !== undefined && secret !== undefined && customer !== undefined;
  const everywhere = isCustomer
    ? inTime(requestErasure(options.server, options.site, secret, "customer"))
    : undefined;
  session.ended("erased");
  await withdraw(options, everywhere);
  const left =
    (await everywhere) === false &&
    "this browser is erased; the server did not confirm that the customer's other browsers are";
  return left ? reportError(session, "not_everywhere", `profile.forget: ${left}`) : undefined;
}

/** Resolves with `false` after the time limit: later, the visitor may be erased first. */
const inTime = (asked: Promise<boolean>): Promise<boolean> =>
  Promise.race([
    asked,
    new Promise<boolean>((resolve) => setTimeout(resolve, CUSTOMER_WITHIN_MS, false)),
  ]);
