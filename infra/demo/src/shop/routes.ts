/** What the shop can be asked for, in the order of a customer's way. */
export const routes = ['/catalog', '/cart', '/checkout'] as const;
export type Route = (typeof routes)[number];

/** Where whoever wants to know whether customers can order asks; what it costs is no customer's. */
export const healthRoute = '/health';

/** Header of an answer: the value of the order that was placed, in euros. */
export const valueHeader = 'x-order-value';
