import type { Scenario } from '../src/scenario.ts';
import { isDeed, type Expectation } from '../src/steps.ts';
import { beginStory, tell, type DemoEvent, type Story } from '../src/story.ts';
import { startedAt } from './loop-builder.ts';

export const storyOf = (scenario: Scenario, events: readonly DemoEvent[]): Story =>
  events.reduce(tell, beginStory('shop', startedAt, scenario));

export const expectationsOf = ({ steps }: Scenario): Expectation[] =>
  steps.filter((step): step is Expectation => !isDeed(step));

/** For tests: what a scenario still waits for after these events, each expectation met in its turn; undefined when all were. */
export function missingAfter(scenario: Scenario, events: readonly DemoEvent[]): string | undefined {
  const open = expectationsOf(scenario);
  let story = storyOf(scenario, []);
  for (const event of events) {
    story = tell(story, event);
    while (open[0]?.isMet(story) === true) open.shift();
  }
  return open[0]?.missing;
}
