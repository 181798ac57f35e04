// What `npm start`, `npm test` and `npm run verify` run first. It needs a Node and an npm and nothing else: it installs
// the dependencies, among them the Node that the project itself runs on, and goes on with that one.
import { installDependencies } from './setup/dependencies.mjs';
import { runToEnd } from './setup/foreground.mjs';
import { pinnedNode } from './setup/pinned-node.mjs';
import { checkPrerequisites } from './setup/prerequisites.mjs';
import { runTests } from './setup/run-tests.mjs';
import { verify } from './setup/verify.mjs';

const commands = {
  start: (node, args) => runToEnd(node, ['infra/demo/src/main.ts', ...args]),
  test: runTests,
  verify,
};

async function main([name, ...args]) {
  const command = Object.hasOwn(commands, name ?? '') ? commands[name] : undefined;
  if (command === undefined)
    throw new Error(`Use: node infra/setup.mjs ${Object.keys(commands).join('|')} [arguments]`);
  checkPrerequisites();
  await installDependencies();
  return command(pinnedNode(), args);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(`\n${error.message}`);
  process.exitCode = 1;
  // The outcome of a test run stands in its last line, whatever happened.
  if (process.argv[2] === 'test') console.log('0 passed, 1 failed');
}
