import { join } from 'node:path';

/** The folder of the project. */
export const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..', '..');

/** The environment of everything that is run: tools of the project first, and compiled code kept between runs. */
export const environment = {
  ...process.env,
  PATH: `${join(root, 'node_modules', '.bin')}:${process.env.PATH}`,
  NODE_COMPILE_CACHE: join(root, '.muster', 'compile-cache'),
};
