/**
 * What BullMQ's scripts do to a plain job, for many of them at once. A job is plain that has no parent, no delay, no
 * priority, nothing to be told apart from, in a queue that is neither paused nor limited, and is not kept once it has
 * ended: as all of this program's are, as long as nothing is wrong. Of what the library's script does for such a job a
 * third is left, because most of it looks for what is not there. Whatever is not plain is left to the library's own script.
 *
 * Jobs, lists, locks and answers are as the library leaves them (test/jobs/plain-jobs compares), but for its
 * stream of events: nobody reads of single jobs there.
 */

/** The release whose scripts these were read from: of any other, the library's own run until somebody has compared them. */
export const PLAIN_OF = '6.7.0';

export interface PlainScript {
  /** Which of KEYS is each job's own; 0 for none. In all others the calls have to agree. */
  readonly ownKey: number;
  /**
   * A Lua function of the first call's KEYS and ARGV, called once; `whole` is the library's script. It answers with a function
   * for each call, and one for the end; or with nothing, where the library is to do all of it.
   */
  readonly begin: string;
}

export const PLAIN: Readonly<Record<string, PlainScript>> = {
  addStandardJob: {
    ownKey: 0,
    begin: `
function(KEYS, ARGV)
  local rcall = redis.call
  local wait, meta, counter, marker = KEYS[1], KEYS[3], KEYS[4], KEYS[9]
  local state = rcall('HMGET', meta, 'paused', 'concurrency', 'opts.maxLenEvents')
  if state[1] or state[2] or not state[3] then return end
  -- Whether all of them can be written to is known before the first job is stored.
  rcall('LLEN', wait)
  rcall('ZCARD', marker)
  rcall('INCRBY', counter, 0)
  local added = {}
  local function push()
    if #added == 0 then return end
    rcall('INCRBY', counter, #added)
    rcall('LPUSH', wait, unpack(added))
    rcall('ZADD', marker, 0, '0')
    added = {}
  end
  local function add(KEYS, ARGV)
    local args, opts = cmsgpack.unpack(ARGV[1]), cmsgpack.unpack(ARGV[3])
    local id = args[2]
    local plain = id ~= '' and not (args[5] or args[6] or args[7] or args[8] or args[9] or args[10]
      or opts['delay'] or opts['priority'] or opts['lifo'] or opts['de'])
    local key = args[1] .. id
    if not plain or rcall('EXISTS', key) == 1 then
      push()
      return whole(KEYS, ARGV)
    end
    rcall('HSET', key, 'name', args[3], 'data', ARGV[2], 'opts', cjson.encode(opts), 'timestamp', args[4],
      'delay', '0', 'priority', '0')
    added[#added + 1] = id
    return id
  end
  return add, push
end`,
  },

  moveToFinished: {
    ownKey: 12,
    begin: `
function(KEYS, ARGV)
  local rcall = redis.call
  local wait, active, prioritized, events, stalled = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
  local delayed, meta, counter, marker = KEYS[7], KEYS[9], KEYS[10], KEYS[14]
  local state = rcall('HMGET', meta, 'paused', 'concurrency', 'max')
  if state[1] or state[2] or state[3] or rcall('ZCARD', prioritized) > 0 then return end
  local nextDelayed = rcall('ZRANGE', delayed, 0, 0, 'WITHSCORES')[2]
  if nextDelayed and tonumber(nextDelayed) < (ARGV[2] + 1) * 0x1000 then return end
  rcall('SCARD', stalled)
  rcall('ZCARD', marker)
  local ended, fetched, emptied, changed = {}, false, false, false
  local function done()
    if #ended > 0 then rcall('SREM', stalled, unpack(ended)) end
    if fetched then rcall('ZADD', marker, 0, '0') end
    if emptied then rcall('DEL', counter) end
    ended, fetched, emptied = {}, false, false
  end
  -- What the library's script does may change what was found out for all: after it, all the others are its own.
  local function rest(KEYS, ARGV)
    done()
    changed = true
    return whole(KEYS, ARGV)
  end
  local function finish(KEYS, ARGV)
    if changed then return whole(KEYS, ARGV) end
    local id, key = ARGV[1], KEYS[12]
    local opts = cmsgpack.unpack(ARGV[8])
    local token, lock = opts['token'], key .. ':lock'
    if ARGV[5] ~= 'completed' or #ARGV[9] > 0 or token == '0' or opts['keepJobs']['count'] ~= 0
      or opts['maxMetricsSize'] ~= '' or opts['limiter'] then return rest(KEYS, ARGV) end
    local job = rcall('HMGET', key, 'name', 'parentKey', 'parent', 'deid')
    if not job[1] or job[2] or job[3] or job[4] or rcall('GET', lock) ~= token
      or rcall('EXISTS', key .. ':dependencies', key .. ':unsuccessful', key .. ':logs', key .. ':processed',
        key .. ':failed') > 0
      or rcall('LREM', active, -1, id) < 1 then return rest(KEYS, ARGV) end
    rcall('DEL', key, lock)
    ended[#ended + 1] = id
    if ARGV[6] == '1' then
      local following = rcall('RPOPLPUSH', wait, active)
      if following then
        fetched = true
        local prefixed = ARGV[7] .. following
        rcall('SET', prefixed .. ':lock', token, 'PX', opts['lockDuration'])
        local fields, starts = rcall('HGETALL', prefixed), 1
        for at = 1, #fields, 2 do
          if fields[at] == 'ats' then starts = fields[at + 1] + 1 end
        end
        local last = #fields
        fields[last + 1], fields[last + 2] = 'processedOn', ARGV[2]
        fields[last + 3], fields[last + 4] = 'ats', tostring(starts)
        if opts['name'] then
          fields[last + 5], fields[last + 6] = 'pb', opts['name']
        end
        rcall('HSET', prefixed, unpack(fields, last + 1))
        return { fields, following, 0, 0 }
      end
      emptied = true
      if nextDelayed then return { 0, 0, 0, nextDelayed / 0x1000 } end
    end
    if rcall('LLEN', wait) == 0 and rcall('LLEN', active) == 0 then
      rcall('XADD', events, '*', 'event', 'drained')
    end
    return 0
  end
  return finish, done
end`,
  },
};
