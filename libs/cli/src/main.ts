#!/usr/bin/env node
import { enableCompileCache } from 'node:module';

enableCompileCache();
// Whoever reads our output may have seen enough, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
const { run } = await import('./program.ts');
process.exitCode = await run(process.argv.slice(2));
