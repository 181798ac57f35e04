import type { RecordSchema } from '../source/avro.ts';
import { perRecord, when } from './gate.ts';
import type { Gate } from './gate.ts';

/** Why a value does not fit a schema; undefined when it comes back from its bytes as it was. */
export type Misfit = (schema: RecordSchema, value: unknown) => string | undefined;

/** Every record has an example, and every example is a complete message of the newest version. */
export const examplesFit = (misfit: Misfit): Gate =>
  perRecord(({ name, folder, versions }) => [
    ...when(folder.examples.length === 0, `${folder.folder}/examples is empty: give an example of ${name}.`),
    ...folder.examples.flatMap(({ path, value }) => {
      const reason = misfit(versions.at(-1)!, value);
      return reason === undefined ? [] : [`${path} is no ${name} v${versions.length}: ${reason}.`];
    }),
  ]);
