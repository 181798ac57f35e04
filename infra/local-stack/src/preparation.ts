import { join } from 'node:path';
import type { Fetching } from './fetching.ts';
import type { GivenServers } from './given-servers.ts';
import { type Java, provideJava } from './java-runtime.ts';
import type { RedisProgram } from './debian-redis.ts';
import { brokersOf, prepareKafka } from './kafka-server.ts';
import type { Launch } from './launch.ts';
import { fetchPackages, packageFolder } from './maven-packages.ts';
import type { Ports } from './ports.ts';
import { provideRedis } from './redis-program.ts';
import { prepareRedis } from './redis-server.ts';
import { prepareRegistry } from './registry-server.ts';

/** The programs of the servers to start; one that is given needs none. */
export type Programs = { readonly java?: Java; readonly redis?: RedisProgram };

/** Java versions the servers are compiled for. */
const javaFor = { kafka: 17, registry: 21 };

/** Finds or fetches what is needed for the servers that are not given. */
export async function providePrograms(given: GivenServers, fetching: Fetching): Promise<Programs> {
  const packages = [
    ...(given.kafkaBrokers ? [] : (['kafka'] as const)),
    ...(given.schemaRegistryUrl ? [] : (['registry'] as const)),
  ];
  const minimum = Math.max(javaFor.kafka, ...packages.map((name) => javaFor[name]));
  let java: Promise<Java> | undefined;
  const needJava = () => (java ??= provideJava(minimum, fetching));
  if (packages.length > 0) await fetchPackages(packages, await needJava(), fetching);
  const redis = given.redisUrl ? undefined : await provideRedis(needJava, fetching);
  return { ...(java && { java: await java }), ...(redis && { redis }) };
}

/** Writes the configuration of every server to start; what is ready to start first comes first. */
export function prepareServers(
  programs: Programs,
  given: GivenServers,
  dataDir: string,
  ports: Ports,
  { cacheDir, signal }: Fetching,
): Promise<Launch>[] {
  const { java, redis } = programs;
  const launches: Promise<Launch>[] = [];
  if (java && !given.schemaRegistryUrl)
    launches.push(
      Promise.resolve(prepareRegistry(join(dataDir, 'registry'), packageFolder(cacheDir, 'registry'), java, ports)),
    );
  if (redis) launches.push(Promise.resolve(prepareRedis(join(dataDir, 'redis'), redis, ports)));
  if (java && !given.kafkaBrokers)
    for (const broker of brokersOf(ports))
      launches.push(
        prepareKafka(broker, join(dataDir, broker.name), packageFolder(cacheDir, 'kafka'), java, ports, signal),
      );
  return launches;
}
