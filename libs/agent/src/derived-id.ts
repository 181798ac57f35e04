import { hash } from 'node:crypto';

/**
 * An id that follows from its parts: the same parts give the same id, whoever computes it and however often. A UUID of version 8
 * (RFC 9562, section 5.8) over the first 122 bits of SHA-256.
 */
export function deriveId(...parts: readonly (string | number)[]): string {
  const digest = hash('sha256', parts.join('\u0000'), 'hex');
  const variant = '89ab'[Number.parseInt(digest.charAt(16), 16) & 3] ?? '8';
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-8${digest.slice(13, 16)}-${variant}${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
}
