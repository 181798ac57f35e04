import type { Command } from 'commander';

export function demoCommand(program: Command): void {
  program
    .command('demo')
    .description('Starts the mesh with a shop that has trouble, to watch it at work. `npm start` runs it.')
    .argument('[arguments...]', 'passed on')
    .helpOption(false)
    .allowUnknownOption()
    .action(async (rest: readonly string[]) => {
      const { runDemo } = await import('../run-demo.ts');
      await runDemo(rest);
    });
}
