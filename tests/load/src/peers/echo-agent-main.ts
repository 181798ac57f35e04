/** A process with one echo agent. `ECHO_NAME` is its name; `ECHO_SLOWNESS_FILE` a file with the ms that an answer takes, read once a second. */
import { readFileSync } from 'node:fs';
import { runAgent } from '@muster/agent';
import { echoAgent } from './echo-agent.ts';

const { ECHO_NAME: name = 'bench-echo', ECHO_SLOWNESS_FILE: file } = process.env;
let slownessMs = 0;
if (file !== undefined) {
  const read = (): void => void (slownessMs = Number(readFileSync(file, 'utf8')));
  read();
  setInterval(read, 200).unref();
}
await runAgent(echoAgent(name, () => slownessMs));
