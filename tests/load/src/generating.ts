import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { MeshUrls } from '@muster/cli';
import { keep } from './children.ts';

export type Wish =
  | { readonly kind: 'rate'; readonly ordinary: number; readonly marked: number }
  /** As many ordinary ones as quickly as the log takes them. */
  | { readonly kind: 'fill'; readonly messages: number }
  | { readonly kind: 'report' };
/** Messages since the start. */
export interface Report {
  readonly sent: number;
  /** Of them, what the log has acknowledged. */
  readonly stored: number;
}

export interface Generator {
  readonly pid: number;
  /** Messages a second from now on; `marked` ones come on top of the `ordinary`. */
  rate(ordinary: number, marked: number): Promise<Report>;
  /** Offers so many ordinary ones as quickly as the log takes them; `report` tells how far that is. */
  fill(messages: number): Promise<Report>;
  report(): Promise<Report>;
  end(): void;
}

/** Starts the process that offers metrics over `series` series. It dies with this one. */
export async function startGenerator(urls: MeshUrls, series: number): Promise<Generator> {
  const child = fork(join(import.meta.dirname, 'load-generator.ts'), [
    urls.kafkaBrokers,
    urls.schemaRegistryUrl,
    String(series),
  ]);
  keep(child);
  const { pid } = child;
  if (pid === undefined) throw new Error('the load generator could not be started');
  const ask = (wish: Wish): Promise<Report> =>
    new Promise((settle, reject) => {
      const gone = (): void => reject(new Error('the load generator ended'));
      child.once('exit', gone);
      child.once('message', (report: Report) => {
        child.off('exit', gone);
        settle(report);
      });
      child.send(wish);
    });
  await ask({ kind: 'report' });
  return {
    pid,
    rate: (ordinary, marked) => ask({ kind: 'rate', ordinary, marked }),
    fill: (messages) => ask({ kind: 'fill', messages }),
    report: () => ask({ kind: 'report' }),
    end: () => void child.kill('SIGKILL'),
  };
}
