/** The keeper's door, on a port of its own: here the shop's processes are looked at and changed, and the shop is broken and repaired. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { json } from 'node:stream/consumers';
import { messageOf } from '@muster/resilience';
import { say } from '../shop/counter.ts';
import { answersOf } from './answers.ts';
import type { Change, Keeper } from './keeper.ts';

interface Answer {
  readonly status: number;
  readonly body: object;
}

export interface Switch {
  readonly isOn: boolean;
  turn(isOn: boolean): void;
}

const mostInstances = 8;
const mostAnswers = 1_000;
const wrong = (status: number, title: string, detail: string): Answer => ({ status, body: { title, detail } });

/**
 * Serves `GET /processes/<target>`, `POST /processes/<target>/restart` and `POST /processes/<target>/scale` with `{"instances":n}`, the two with an
 * `Idempotency-Key`: what was done for a key is done once. And `/fault`: POST switches the fault on, DELETE lifts it, GET tells.
 */
export function backDoorOf(target: string, keeper: Keeper, fault: Switch): Server {
  const answers = answersOf<Change>(mostAnswers);
  const processes = `/processes/${target}`;
  const answer = async (request: IncomingMessage): Promise<Answer> => {
    const asked = `${request.method} ${request.url}`;
    const isFault = request.url === '/fault';
    if (isFault && request.method === 'POST') fault.turn(true);
    if (isFault && request.method === 'DELETE') fault.turn(false);
    if (isFault) return { status: 200, body: { isBroken: fault.isOn } };
    if (asked === `GET ${processes}`) return { status: 200, body: keeper.look() };
    const isScale = asked === `POST ${processes}/scale`;
    if (!isScale && asked !== `POST ${processes}/restart`) {
      const detail = `There are GET ${processes}, POST ${processes}/restart, POST ${processes}/scale, and /fault.`;
      return wrong(404, 'There is nothing else here', detail);
    }
    const key = request.headers['idempotency-key'];
    if (typeof key !== 'string' || key === '')
      return wrong(
        400,
        'The header Idempotency-Key is missing',
        'Give each change a key, and the same when you repeat it.',
      );
    if (!isScale) return { status: 200, body: await answers.once(`${asked} ${key}`, () => keeper.restart()) };
    const instances = await instancesIn(request);
    if (instances === undefined)
      return wrong(400, 'The field "instances" is wrong', `Give a whole number from 1 to ${mostInstances}, as JSON.`);
    return { status: 200, body: await answers.once(`${asked} ${key}`, () => keeper.scale(instances)) };
  };
  return createServer((request, response) => {
    answer(request).then(
      (given) => say(response, given),
      (error: unknown) => say(response, wrong(500, 'The keeper could not do it', messageOf(error))),
    );
  });
}

async function instancesIn(request: IncomingMessage): Promise<number | undefined> {
  const body: unknown = await json(request).catch(() => null);
  const { instances } = (body ?? {}) as { readonly instances?: unknown };
  const isRight =
    typeof instances === 'number' && Number.isInteger(instances) && instances >= 1 && instances <= mostInstances;
  return isRight ? instances : undefined;
}
