/** Blocks in the kernel, where `nft` is there and a network namespace may be made: real packets on a network of its own, nothing of the machine's is touched. */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { nftablesBlock, nftablesLift, nftablesSetup } from '@muster/containment';

const many = 200;

/** Prints what the kernel made of the commands, or why it was not asked: then they were made, and run by nobody. */
export async function tryNftables(print: (line?: string) => void): Promise<void> {
  print('nftables');
  const commands = Array.from({ length: many }, (_, nth) => `2001:db8::${(nth + 1).toString(16)}`).flatMap((address) =>
    nftablesBlock({ address, startsAt: 0, endsAt: 600_000, reason: '' }, 0),
  );
  const text = [...nftablesSetup, ...commands, ...nftablesLift('2001:db8::1'), ''].join('\n');
  // Others than root need a user namespace around it.
  const namespace = process.getuid?.() === 0 ? ['-n'] : ['-r', '-n'];
  const checked = await run('unshare', [...namespace, 'nft', '-c', '-f', '-'], text);
  if (!checked.isDone) {
    print(
      `  dry run: ${commands.length} commands were made and not run (${checked.said || 'no nft, or no network namespaces'})`,
    );
    print();
    return;
  }
  print(`  nft -c takes the setup and ${many} blocks`);
  const inside = resolve(import.meta.dirname, 'security-nftables-inside.ts');
  const enforced = await run('unshare', [...namespace, process.execPath, inside], '');
  print(enforced.isDone ? enforced.out.trimEnd() : `  not enforced: ${enforced.said}`);
  print();
}

function run(
  command: string,
  parts: readonly string[],
  input: string,
): Promise<{ readonly isDone: boolean; readonly out: string; readonly said: string }> {
  const { promise, resolve: done } = Promise.withResolvers<{ isDone: boolean; out: string; said: string }>();
  const child = spawn(command, parts, { stdio: ['pipe', 'pipe', 'pipe'] });
  let out = '';
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(0, 500)));
  child.once('error', ({ message }) => done({ isDone: false, out, said: message }));
  child.once('close', (code) => done({ isDone: code === 0, out, said: said.split('\n', 1)[0] ?? '' }));
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  return promise;
}
