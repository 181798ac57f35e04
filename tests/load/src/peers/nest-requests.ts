import { ClientKafka } from '@nestjs/microservices';
import { firstValueFrom, timeout } from 'rxjs';
import type { Ask } from './requests.ts';

/** NestJS' Kafka client with its defaults: produce to the pattern's topic, await the reply on its `.reply` topic. */
export async function nestRequests(brokers: string[]): Promise<Ask> {
  const client = new ClientKafka({
    client: { brokers, clientId: 'bench-client', logLevel: 1 },
    consumer: { groupId: 'bench-nest-client' },
  });
  client.subscribeToResponseOf('bench.nest-echo');
  await client.connect();
  return (input) =>
    firstValueFrom(
      client.send<unknown>('bench.nest-echo', { key: String(input.n), value: input }).pipe(timeout(10_000)),
    );
}
