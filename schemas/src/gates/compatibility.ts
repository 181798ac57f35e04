import type { RecordSchema } from '../source/avro.ts';
import type { TopicFile } from '../source/schema-folder.ts';
import { perRecord } from './gate.ts';
import type { Gate } from './gate.ts';

/** Why a reader with one schema can't read what was written with another; undefined when it can. */
export type Misread = (reader: RecordSchema, writer: RecordSchema) => string | undefined;

/**
 * Every version reads all before it; and each of the two before reads it (under FULL_TRANSITIVE: all before), since they may
 * still be running when it is released. How Avro resolves schemas is passed in, so that nothing here depends on a library.
 */
export const versionsAreCompatible = (misread: Misread): Gate =>
  perRecord(({ name, topics, versions }) =>
    versions.flatMap((newer, n) =>
      versions.slice(0, n).flatMap((older, o) => {
        const mustReadAhead = topics.some(isFull) || n - o <= 2;
        const pairs = [
          { reader: newer, readerVersion: n + 1, writer: older, writerVersion: o + 1 },
          ...(mustReadAhead ? [{ reader: older, readerVersion: o + 1, writer: newer, writerVersion: n + 1 }] : []),
        ];
        return pairs.flatMap(({ reader, readerVersion, writer, writerVersion }) => {
          const reason = misread(reader, writer);
          return reason === undefined
            ? []
            : [`${name} v${readerVersion} can't read what v${writerVersion} has written: ${reason}.`];
        });
      }),
    ),
  );

const isFull = ({ compatibility }: TopicFile): boolean => compatibility === 'FULL_TRANSITIVE';
