import { PermanentError } from '@muster/resilience';
import type { Settings } from '../settings.ts';

/**
 * The address, if the settings allow it to be called: its host, with its port unless that is the usual one, is listed. Else a `PermanentError`. So no
 * task can make recovery look into its own network: what is reachable from here is said by whoever runs it.
 */
export function allowedAddress(text: string, { httpHosts }: Pick<Settings, 'httpHosts'>): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw refused(`"${text.slice(0, 100)}" is no address; write e.g. https://example.org/health`);
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw refused(`${url.protocol} is not called; only http: and https: are`);
  if (url.username !== '' || url.password !== '')
    throw refused('an address with a password in it is not called; use headers');
  if (!httpHosts.includes(url.host))
    throw refused(
      `${url.host} is not among the hosts that may be called; add it to MUSTER_HTTP_HOSTS, if it should be`,
    );
  return url.href;
}

function refused(message: string): Error {
  return Object.assign(new PermanentError(message), { code: 'AddressNotAllowed' });
}
