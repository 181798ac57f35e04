import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Java } from './java-runtime.ts';
import { type Launch, quickStart } from './launch.ts';
import type { Ports } from './ports.ts';
import { registryProbe } from './readiness.ts';

/** Where the registry speaks Confluent's API. */
export function registryUrl(ports: Ports): string {
  return `http://127.0.0.1:${ports.registry}/apis/ccompat/v7`;
}

/**
 * What starts Apicurio Registry on an H2 file. Keeping its schemas in Kafka would be as durable, but then it could only
 * start after Kafka, and takes ten times as long.
 */
export function prepareRegistry(workDir: string, packageDir: string, java: Java, ports: Ports): Launch {
  mkdirSync(workDir, { recursive: true });
  const { options, trains } = quickStart(java, packageDir, workDir);
  return {
    name: 'registry',
    title: 'The schema registry',
    command: java.command,
    args: [...options, '-jar', join(packageDir, 'quarkus-run.jar')],
    env: {
      APICURIO_STORAGE_KIND: 'sql',
      APICURIO_STORAGE_SQL_KIND: 'h2',
      APICURIO_DATASOURCE_URL: `jdbc:h2:file:${join(workDir, 'schemas')}`,
      QUARKUS_HTTP_HOST: '127.0.0.1',
      QUARKUS_HTTP_PORT: String(ports.registry),
      // Its management interface is on 0.0.0.0:9000 otherwise.
      QUARKUS_MANAGEMENT_HOST: '127.0.0.1',
      QUARKUS_MANAGEMENT_PORT: String(ports.management),
      QUARKUS_HTTP_ACCESS_LOG_ENABLED: 'false',
      QUARKUS_BANNER_ENABLED: 'false',
    },
    cwd: workDir,
    probe: registryProbe(registryUrl(ports)),
    ...(trains && { trains }),
  };
}
