/** A command's connection to the mesh: opened, used, closed. */
import type { Bus } from '@muster/bus';
import { connectBus } from '@muster/client';
import { findAddresses } from './addresses.ts';
import type { Addresses, GlobalOptions } from './addresses.ts';

/** Runs something with a bus on the mesh that the options, the environment or the project name. Throws a Failure when it can't be reached. */
export async function withBus<R>(
  options: GlobalOptions,
  run: (bus: Bus, addresses: Addresses) => Promise<R>,
): Promise<R> {
  const addresses = await findAddresses(options);
  const { brokers, schemaRegistryUrl: schemaRegistry } = addresses;
  const bus = connectBus({ brokers, schemaRegistry, source: 'muster-cli' });
  try {
    return await run(bus, addresses);
  } finally {
    await bus.close(3_000);
  }
}
