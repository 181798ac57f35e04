export { connect, connectBus } from './connect.ts';
export type { ConnectOptions } from './connect.ts';
export { clientOn } from './client.ts';
export type { Client, ClientOptions } from './client.ts';
export type { Callback, ConsumeOptions, Consumption, From, Removal, Verdict } from './consuming.ts';
export type { PublishOptions } from './outgoing.ts';
export { RequestError } from './request-error.ts';
export type { RequestEnd } from './request-error.ts';
export type { RequestOptions } from './request.ts';
