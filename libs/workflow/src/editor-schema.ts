import { z } from 'zod';
import { playbookForm } from './form.ts';

/** The JSON schema of a playbook, for editors, as text. */
export function schemaText(): string {
  const schema = z.toJSONSchema(playbookForm, { io: 'input' });
  return `${JSON.stringify({ title: 'Muster playbook', ...schema }, null, 2)}\n`;
}
