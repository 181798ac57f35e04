import type { Command } from 'commander';
import type { ReviewFlags } from '../give-review.ts';
import { invocationOf } from '../invocation.ts';

const reviewsHelp = `
Examples:
  $ muster reviews                        what waits for people: what, why, how risky, who may decide, until when
  $ muster reviews --json | jq '.[].decision.changeId'`;

/** `muster reviews`: what waits. */
export function reviewsCommand(program: Command): void {
  program
    .command('reviews')
    .description('Shows the changes that wait for people, with everything there is to know of them.')
    .addHelpText('after', reviewsHelp)
    .action(async (_flags: object, command: Command) => {
      const { options, terminal } = invocationOf(command);
      const { showReviews } = await import('../show-reviews.ts');
      await showReviews(options, terminal);
    });
}

const reviewHelp = `
Examples:
  $ muster review chg-7 approve --comment "Looked at the graphs, go." --role sre
  $ muster review remedy-inc-1/restart deny --comment "A deployment is running." --as ada --role sre

It waits for what becomes of the review and prints it: the decision, or how many approvals are missing, or why it does not count (exit
code 1: decided already, expired, your own request, not your role). Who you are and which roles you have is believed here; who may
publish reviews is for Kafka's access rules.`;

/** `muster review`: a person's word. */
export function reviewCommand(program: Command): void {
  program
    .command('review')
    .description('Approves or denies a change.')
    .argument('<changeId>', 'the change, as muster reviews names it')
    .argument('<verdict>', 'approve or deny')
    .option('--comment <text>', 'why, for the record')
    .option('--as <name>', 'who reviews (default: the user of this machine)')
    .option('--role <name>', 'a role of the reviewer; may be given several times', collect, [])
    .addHelpText('after', reviewHelp)
    .action(async (changeId: string, verdict: string, _flags: object, command: Command) => {
      const { options, terminal } = invocationOf<ReviewFlags>(command);
      const { giveReview } = await import('../give-review.ts');
      await giveReview(changeId, verdict, options, terminal);
    });
}

function collect(role: string, before: readonly string[]): readonly string[] {
  return [...before, ...role.split(',').map((each) => each.trim())].filter((each) => each !== '');
}
