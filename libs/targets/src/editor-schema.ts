import { z } from 'zod';
import { targetsForm } from './form.ts';

/** The JSON schema of a file of targets, for editors, as text. */
export function schemaText(): string {
  const schema = z.toJSONSchema(targetsForm, { io: 'input' });
  return `${JSON.stringify({ title: 'Muster targets', ...schema }, null, 2)}\n`;
}
