import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Java } from './java-runtime.ts';
import { type Launch, quickStart } from './launch.ts';
import type { Ports } from './ports.ts';
import { kafkaProbe } from './readiness.ts';
import { lastLines, runCommand } from './run-command.ts';
import { stackError } from './stack-error.ts';

/** A broker of the stack: its number from 1, and where it listens. */
export type Broker = {
  readonly id: number;
  readonly name: 'kafka' | 'kafka2' | 'kafka3';
  readonly port: number;
  readonly controller: number;
};

/** The brokers that these ports are for: one or three. */
export function brokersOf(ports: Ports): Broker[] {
  const { kafka, controller, kafka2, controller2, kafka3, controller3 } = ports;
  const first: Broker = { id: 1, name: 'kafka', port: kafka, controller };
  if (kafka2 === undefined || controller2 === undefined || kafka3 === undefined || controller3 === undefined)
    return [first];
  return [
    first,
    { id: 2, name: 'kafka2', port: kafka2, controller: controller2 },
    { id: 3, name: 'kafka3', port: kafka3, controller: controller3 },
  ];
}

/**
 * Kafka's `server.properties`: broker and controller in one process, on the loopback address. One broker keeps one replica of everything; of three,
 * one may be away and nothing that was acknowledged is missing.
 */
export function kafkaProperties(ports: Ports, logDir: string, broker: Broker = brokersOf(ports)[0]!): string {
  const all = brokersOf(ports);
  const replicas = String(all.length);
  const inSync = all.length === 1 ? '1' : '2';
  const listeners = `PLAINTEXT://127.0.0.1:${broker.port},CONTROLLER://127.0.0.1:${broker.controller}`;
  const properties = {
    'process.roles': 'broker,controller',
    'node.id': String(broker.id),
    // Static voters: a dynamic quorum writes the controller's port into its log, and ours may change between starts.
    'controller.quorum.voters': all.map(({ id, controller }) => `${id}@127.0.0.1:${controller}`).join(','),
    'controller.listener.names': 'CONTROLLER',
    listeners,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${broker.port}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': logDir,
    'auto.create.topics.enable': 'false',
    'group.initial.rebalance.delay.ms': '0',
    'default.replication.factor': replicas,
    'min.insync.replicas': inSync,
    'offsets.topic.replication.factor': replicas,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': inSync,
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': inSync,
    // Fifty partitions each by default, all created when the first group or transaction appears.
    'offsets.topic.num.partitions': '4',
    'transaction.state.log.num.partitions': '4',
    'share.coordinator.state.topic.num.partitions': '4',
    'log.retention.hours': '72',
    'log.segment.bytes': String(64 * 1024 * 1024),
    // 128 MiB by default, half of our heap; 16 MiB still compact half a million keys in one pass.
    'log.cleaner.dedupe.buffer.size': String(16 * 1024 * 1024),
  };
  return Object.entries(properties)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}

const logging = `status=warn
shutdownHook=disable
appender.console.type=Console
appender.console.name=console
appender.console.layout.type=PatternLayout
appender.console.layout.pattern=%d{ISO8601} %p %m (%c{1})%n
rootLogger.level=info
rootLogger.appenderRef.console.ref=console
`;

/** Writes Kafka's configuration and, the first time, formats its storage; gives what starts it. */
export async function prepareKafka(
  broker: Broker,
  workDir: string,
  packageDir: string,
  java: Java,
  ports: Ports,
  signal?: AbortSignal,
): Promise<Launch> {
  const logDir = join(workDir, 'data');
  const propertiesFile = join(workDir, 'server.properties');
  const loggingFile = join(workDir, 'log4j2.properties');
  mkdirSync(workDir, { recursive: true });
  writeFileSync(propertiesFile, kafkaProperties(ports, logDir, broker));
  writeFileSync(loggingFile, logging);
  const classPath = ['-cp', join(packageDir, 'libs', '*')];
  if (!existsSync(join(logDir, 'meta.properties'))) {
    // From the folder, so that all brokers have the same without asking each other.
    const clusterId = createHash('sha256').update(dirname(workDir)).digest().subarray(0, 16).toString('base64url');
    const format = [
      '-Xmx128m',
      '-XX:+UseSerialGC',
      '-XX:TieredStopAtLevel=1',
      ...classPath,
      'kafka.tools.StorageTool',
      'format',
      // As one word: one id in 64 begins with a hyphen and would be taken for an option.
      `--cluster-id=${clusterId}`,
      '-c',
      propertiesFile,
    ];
    const result = await runCommand(java.command, format, { signal });
    if (result.code !== 0) {
      throw stackError(
        'DATA_FOLDER',
        `Kafka could not format its storage in ${logDir} (${lastLines(result.output, 1)}): delete ${workDir} (it holds local data only) and start again.`,
      );
    }
  }
  const { options, trains } = quickStart(java, packageDir, workDir);
  return {
    name: broker.name,
    title: broker.id === 1 ? 'Kafka' : `Kafka ${broker.id}`,
    command: java.command,
    args: [...options, `-Dlog4j2.configurationFile=${loggingFile}`, ...classPath, 'kafka.Kafka', propertiesFile],
    env: {},
    cwd: workDir,
    probe: kafkaProbe(broker.port),
    ...(trains && { trains }),
  };
}
