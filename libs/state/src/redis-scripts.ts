/**
 * The Lua scripts: each runs whole and alone in Redis, so that a check and the writes it allows are one step.
 * Replies are arrays that begin with a `kind`.
 */
import { createHash } from 'node:crypto';

export interface RedisScript {
  readonly lua: string;
  readonly sha: string;
}

function redisScript(lua: string): RedisScript {
  return { lua, sha: createHash('sha1').update(lua).digest('hex') };
}

/**
 * KEYS meta offsets states timers outbox, ARGV generation owner force. Without meta whatever else is left of the partition is not to be trusted
 * and goes. An open raises the sequence by two, so that a commit still on its way from before fits neither as the next one nor as a repeat.
 */
export const openScript = redisScript(`
local generation, owner, force = tonumber(ARGV[1]), ARGV[2], ARGV[3] == '1'
local meta = redis.call('HMGET', KEYS[1], 'generation', 'owner', 'sequence')
local sequence = 0
if meta[1] then
  local stored = tonumber(meta[1])
  local taken = stored > generation or (stored == generation and meta[2] ~= owner)
  if taken and not force then return {'fenced', stored} end
  sequence = tonumber(meta[3]) + 2
else
  redis.call('UNLINK', KEYS[2], KEYS[3], KEYS[4], KEYS[5])
end
redis.call('HSET', KEYS[1], 'generation', generation, 'owner', owner, 'sequence', sequence)
return {'open', sequence, redis.call('HGETALL', KEYS[2]), redis.call('ZRANGE', KEYS[4], 0, -1, 'WITHSCORES')}
`);

/**
 * KEYS meta offsets states timers outbox, ARGV generation owner sequence, then the lengths of seven lists of arguments (HSET offsets, HSET
 * states, HDEL states, ZADD timers, ZREM timers, HSET outbox, HDEL outbox), then the lists. A list goes to its command in portions, because Lua's stack holds no
 * more than some 8,000 values; portions are even, so that no pair is torn. Every write can be repeated, and the sequence comes last.
 */
export const commitScript = redisScript(`
local generation, owner, sequence = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3])
local meta = redis.call('HMGET', KEYS[1], 'generation', 'owner', 'sequence')
if not meta[1] then return {'lost'} end
local stored = tonumber(meta[1])
if stored < generation then return {'lost'} end
if stored > generation or meta[2] ~= owner then return {'fenced', stored} end
if tonumber(meta[3]) == sequence + 1 then return {'committed', sequence + 1} end
if tonumber(meta[3]) ~= sequence then return {'lost'} end
local at = 11
local function write(command, key, length)
  local last = at + length - 1
  while at <= last do
    local upTo = math.min(at + 6999, last)
    redis.call(command, key, unpack(ARGV, at, upTo))
    at = upTo + 1
  end
end
write('HSET', KEYS[2], tonumber(ARGV[4]))
write('HSET', KEYS[3], tonumber(ARGV[5]))
write('HDEL', KEYS[3], tonumber(ARGV[6]))
write('ZADD', KEYS[4], tonumber(ARGV[7]))
write('ZREM', KEYS[4], tonumber(ARGV[8]))
write('HSET', KEYS[5], tonumber(ARGV[9]))
write('HDEL', KEYS[5], tonumber(ARGV[10]))
redis.call('HSET', KEYS[1], 'sequence', sequence + 1)
return {'committed', sequence + 1}
`);

/** KEYS lease, ARGV owner durationMs. */
export const leaseScript = redisScript(`
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return {'held'} end
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return {'taken'} end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return {'held'}
`);

/** KEYS lease, ARGV owner. */
export const releaseScript = redisScript(`
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return {'released'}
`);
