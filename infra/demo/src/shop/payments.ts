/** Where the shop has its orders paid. */
import { setTimeout as sleep } from 'node:timers/promises';
import { logNormal } from '../chance.ts';

/** Nobody answers at the payment provider. */
export class PaymentsDownError extends Error {
  override readonly name = 'PaymentsDownError';
}

export interface Payments {
  /** Takes one payment; `false` when it is declined. Rejects with a {@link PaymentsDownError} when nobody takes it. */
  take(isSlow: boolean): Promise<boolean>;
}

export const paymentMs = { median: 60, sigma: 0.4 };
const slowPaymentMs = { median: 1_600, sigma: 0.1 };
export const declinedShare = 0.03;
const patienceMs = 5_000;

/** A provider that is no more than the time it takes. */
export const imaginedPayments: Payments = {
  async take(isSlow) {
    const { median, sigma } = isSlow ? slowPaymentMs : paymentMs;
    await sleep(logNormal(median, sigma));
    return Math.random() >= declinedShare;
  },
};

/** A provider that is asked over HTTP. */
export const paymentsAt = (url: string): Payments => ({
  async take() {
    const asked = { method: 'POST', signal: AbortSignal.timeout(patienceMs) };
    const answer = await fetch(new URL('/payments', url), asked).catch((error: unknown) => {
      throw new PaymentsDownError('Nobody answers at the payment provider.', { cause: error });
    });
    const { isTaken } = (await answer.json()) as { readonly isTaken: boolean };
    return isTaken;
  },
});
