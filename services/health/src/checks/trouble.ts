/** Errors of sockets, in words that say what to look for. */
const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refuses connections',
  ECONNRESET: 'closed the connection before it answered',
  EPIPE: 'closed the connection before it answered',
  ENOTFOUND: 'has a name that no name server knows',
  EAI_AGAIN: 'has a name that could not be looked up: the name server does not answer',
  EHOSTUNREACH: 'can not be reached: there is no route to it',
  ENETUNREACH: 'can not be reached: there is no route to its network',
  EMSGSIZE: 'sends far more than was asked for: something else may listen there',
  ETIMEDOUT: 'does not answer',
  EMFILE: 'could not be checked: this process has too many files open',
  CERT_HAS_EXPIRED: 'has a certificate that is expired',
  CERT_NOT_YET_VALID: 'has a certificate that is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'has a certificate for another name',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'has a certificate signed by nobody but itself: trust it with caFile',
  SELF_SIGNED_CERT_IN_CHAIN: 'has a certificate of an authority that is not trusted: name the authority with caFile',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'has a certificate of an authority that is not trusted, or does not send the certificates between: name the authority with caFile',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'has a certificate of an authority that is not trusted: name the authority with caFile',
  EPROTO: 'does not speak TLS as it should',
  ERR_SSL_WRONG_VERSION_NUMBER: 'does not speak TLS',
};

/** Why `place` (what people know it by) could not be asked, as a sentence. */
export function troubleWith(place: string, error: unknown): string {
  const { code, message, errors } = error as { code?: string; message?: string; errors?: readonly unknown[] };
  const known = code === undefined ? undefined : words[code];
  if (known !== undefined) return `${place} ${known}`;
  // Several addresses of one name were tried.
  if (errors !== undefined && errors.length > 0) return troubleWith(place, errors[0]);
  return `${place} can not be checked: ${(message ?? String(error)).split('\n', 1)[0]?.slice(0, 200)}`;
}
