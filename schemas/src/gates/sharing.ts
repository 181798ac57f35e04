import { namesIn, definitionsIn } from '../source/avro.ts';
import { perRecord, when } from './gate.ts';
import type { Gate } from './gate.ts';

/** How records use shared definitions. */

/** The newest version of a record uses the newest of each shared definition, so that one TypeScript type stands for each name. */
export const newestUsesNewest: Gate = (folders) => {
  const newest = new Map(folders.map(({ versions }) => [versions[0]!.value.name, versions.length]));
  return folders.flatMap(({ versions }) => {
    const { path, value } = versions.at(-1)!;
    if (value.type !== 'record') return [];
    return Object.entries(value.uses ?? {})
      .filter(([name, version]) => version !== newest.get(name))
      .map(
        ([name, version]) =>
          `${path}: ${value.name} uses ${name} ${version}, and ${name} has a version ${newest.get(name)}: add a version of ${value.name} that uses it.`,
      );
  });
};

/** What a schema pins it also names. (That it pins what it names is checked when it is made self-contained.) */
export const pinsAreNeeded: Gate = (folders) =>
  folders.flatMap(({ versions }) =>
    versions.flatMap(({ path, value }) => {
      if (value.type !== 'record') return [];
      const names = namesIn(value);
      return Object.keys(value.uses ?? {})
        .filter((name) => !names.includes(name))
        .map((name) => `${path}: ${value.name} pins ${name} in "uses" and never names it: take it out.`);
    }),
  );

export const envelopeComesFirst: Gate = perRecord(({ name, folder, versions }) =>
  versions.flatMap(({ fields }, index) => {
    const first = fields[0];
    const isEnvelope = first?.name === 'envelope' && definitionsIn(first.type)[0]?.name === 'Envelope';
    return when(!isEnvelope, `${folder.versions[index]!.path}: the first field of ${name} is not its envelope.`);
  }),
);
