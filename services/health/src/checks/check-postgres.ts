import { postgresClient } from '@muster/postgres';
import { hostOf } from './conversation.ts';
import { fail, pass, type CheckInput, type Finding } from './finding.ts';
import { troubleWith } from './trouble.ts';

const refusals: Readonly<Record<string, string>> = {
  '28P01': 'refuses the user or the password',
  '28000': 'does not let this user in',
  '3D000': 'has no such database',
  '53300': 'has no connection left: too many clients',
  '57P03': 'is starting up or shutting down',
};

/** Far more than a greeting and one row. */
const mostBytes = 256 * 1_024;

/** Connects as a client does and asks for one row. */
export async function checkPostgres({ check, address, signal }: CheckInput): Promise<Finding> {
  const { place } = hostOf(address, 5_432);
  const client = postgresClient({
    address,
    applicationName: 'muster-health',
    // After the check has been given up: what is said of it should not hang on who is first.
    connectWithinMs: check.timeout + 250,
    answerWithinMs: check.timeout,
    mostBytes,
  });
  const breakOff = (): void => void client.end().catch(() => undefined);
  signal.addEventListener('abort', breakOff, { once: true });
  try {
    await client.connect();
    await client.query('SELECT 1');
    return pass;
  } catch (error) {
    const refused = refusals[(error as { code?: string }).code ?? ''];
    return fail(refused === undefined ? troubleWith(place, error) : `${place} ${refused}`);
  } finally {
    signal.removeEventListener('abort', breakOff);
    breakOff();
  }
}
