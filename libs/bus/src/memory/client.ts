/** One client of the in-memory cluster: the `Log` it is given, and how it can be made to fail. */
import { LogUnavailableError } from '../log.ts';
import type { Following, GroupOptions, Log, Membership } from '../log.ts';
import { adminOf } from './admin.ts';
import type { ClusterCore } from './cluster.ts';
import { openFollowing } from './following.ts';
import { memberOf } from './membership.ts';
import type { DrivenMember } from './membership.ts';

export interface Client {
  readonly log: Log;
  crash(): void;
  isolate(isIsolated: boolean): void;
}

/** Does something on the cluster at once and answers later; `undo` is called when the cluster can't be reached any more then. */
export type Request = <T>(effect: () => T, undo?: (result: T) => void) => Promise<T>;

export function connectClient(core: ClusterCore, clientId: string): Client {
  const { topics, schedule, clock } = core;
  let state: 'connected' | 'isolated' | 'closed' | 'crashed' = 'connected';
  let isolatedAt = 0;
  /** When the group went on without this client's members. */
  let removedAt = 0;
  let joins = 0;
  const members = new Set<DrivenMember>();
  const followings = new Set<Following>();
  const isReachable = () => state === 'connected' && core.unavailableSince() === undefined;
  const isCrashed = () => state === 'crashed';
  const reachedAt = () => (state === 'isolated' ? isolatedAt : (core.unavailableSince() ?? clock()));
  const reading = { topics, schedule, isReachable };

  const request: Request = (effect, undo) =>
    new Promise((resolve, reject) => {
      if (isCrashed()) return;
      const fault = () => new LogUnavailableError(`The in-memory log can't be reached by ${clientId} (${state}).`);
      let reply = () => reject(fault());
      if (isReachable()) {
        try {
          const result = effect();
          reply = () => {
            if (isReachable()) return resolve(result);
            undo?.(result);
            reject(fault());
          };
        } catch (error) {
          reply = () => reject(error);
        }
      }
      schedule(() => {
        if (!isCrashed()) reply();
      });
    });
  const refuseUnknown = (names: readonly string[]) => {
    const unknown = names.find((topic) => topics.partitions(topic).length === 0);
    if (unknown !== undefined) throw new Error(`Topic ${unknown} does not exist; create it, then read it.`);
  };
  const drop = (member: DrivenMember) => {
    members.delete(member);
    member.group.remove(member);
    member.silence();
  };

  const abandon = (reader: Membership | Following) => void ('leave' in reader ? reader.leave(0) : reader.stop(0));

  const join = (options: GroupOptions): Membership => {
    refuseUnknown(options.topics);
    const group = core.groupOf(options.group);
    const member = memberOf(group, `${clientId}-${++joins}`, options, reading);
    members.add(member);
    group.add(member);
    return {
      pause: (partitions) => member.pause(partitions),
      resume: (partitions) => member.resume(partitions),
      commit: (generation, offsets) => request(() => group.commit(member, generation, offsets)),
      reassign: () => group.rebalance(),
      leave() {
        drop(member);
        return Promise.resolve();
      },
      get confirmedAt() {
        return group.has(member) ? reachedAt() : Math.min(removedAt, reachedAt());
      },
      get deliveredThrough() {
        return member.deliveredThrough(reachedAt());
      },
    };
  };

  const log: Log = {
    append: (records) => request(() => topics.append(records)),
    join: (options) => request(() => join(options), abandon),
    follow: (options) =>
      request(() => {
        refuseUnknown(options.topics);
        const following = openFollowing(options, reading);
        followings.add(following);
        return following;
      }, abandon),
    admin: adminOf(core, request),
    close() {
      if (!isCrashed()) end('closed');
      return Promise.resolve();
    },
  };
  const end = (as: 'closed' | 'crashed') => {
    state = as;
    for (const member of members) drop(member);
    for (const following of followings) void following.stop(0);
  };

  return {
    log,
    crash: () => end('crashed'),
    isolate(isIsolated) {
      if (isIsolated && state === 'connected') {
        state = 'isolated';
        isolatedAt = clock();
        removedAt = isolatedAt;
        for (const member of members) member.group.remove(member);
      } else if (!isIsolated && state === 'isolated') {
        state = 'connected';
        topics.wakeAll();
        for (const member of members) schedule(() => rejoin(member));
      }
    },
  };

  function rejoin(member: DrivenMember): void {
    if (!members.has(member) || state !== 'connected') return;
    member.end();
    // Hearing of it may have been the end of the client.
    if (members.has(member)) member.group.add(member);
  }
}
