import { fail, pass, type CheckInput, type Finding } from './finding.ts';
import { ask } from './http-answer.ts';

/** Of a body that is looked through. */
const mostBytes = 64 * 1_024;

/** Asks for a page: its status, and a text in it where one is expected. */
export async function checkHttp({ check, address, signal }: CheckInput): Promise<Finding> {
  const { status: right, text, caFile } = check;
  const answer = await ask({ url: address, signal, caFile, mostBytes: text === undefined ? 0 : mostBytes });
  const { status, place, body, isCut } = answer;
  const isRight = right === undefined ? status >= 200 && status < 300 : right.includes(status);
  if (!isRight)
    return fail(`${place} answers ${status}${right === undefined ? '' : ` instead of ${right.join(' or ')}`}`);
  if (text === undefined || body.includes(text)) return pass;
  const where = isCut ? 'the first 64 kB of its answer' : 'its answer';
  return fail(`${place} answers ${status}, but "${text.slice(0, 60)}" does not stand in ${where}`);
}
