export { postgresClient, type PostgresClient } from './postgres-client.ts';
