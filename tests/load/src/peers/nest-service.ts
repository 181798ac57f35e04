/** NestJS' service: one message handler, with its Kafka server's defaults. Its decorators are called by hand, since type stripping knows none. */
import { Controller } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MessagePattern, Payload, Transport, type MicroserviceOptions } from '@nestjs/microservices';

class EchoController {
  echo(input: unknown): unknown {
    return input;
  }
}
const { prototype } = EchoController;
Payload()(prototype, 'echo', 0);
MessagePattern('bench.nest-echo')(prototype, 'echo', Object.getOwnPropertyDescriptor(prototype, 'echo')!);
Controller()(EchoController);
const entry = { module: EchoController, controllers: [EchoController] };

const app = await NestFactory.createMicroservice<MicroserviceOptions>(entry, {
  transport: Transport.KAFKA,
  options: {
    client: { brokers: (process.env['KAFKA_BROKERS'] ?? '').split(','), clientId: 'bench-service', logLevel: 1 },
    consumer: { groupId: 'bench-nest' },
  },
  logger: ['error', 'warn'],
});
await app.listen();
process.send?.('ready');
