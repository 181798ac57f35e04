import { z } from 'zod';
import { jobForm, reconciliationForm } from './form.ts';

/** The JSON schema of jobs and reconciliations, for editors, as text. */
export function schemaText(): string {
  const schema = z.toJSONSchema(z.union([jobForm, reconciliationForm]), { io: 'input' });
  return `${JSON.stringify({ title: 'Muster job', ...schema }, null, 2)}\n`;
}
