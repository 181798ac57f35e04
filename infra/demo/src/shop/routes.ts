/** What the shop can be asked for, in the order of a customer's way. */
export const routes = ['/catalog', '/cart', '/checkout'] as const;
export type Route = (typeof routes)[number];
