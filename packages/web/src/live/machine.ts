/**
 * Decides when the stream of a tab is open, with which topics, and from which position (web D1–D3).
 * A pure function: facts come in, commands go out.
 */
import type { LiveCommand, LiveFact, LiveState, WantedTopic } from './state.ts'

export const hiddenMs = 30_000
export const silentMs = 20_000
const connectMs = 10_000
const settleMs = 60
const retryMs = 60_000
const failuresUntilPolling = 3

interface Step {
  readonly state: LiveState
  readonly commands: readonly LiveCommand[]
}

/** Returns the new state and commands after a fact at an instant (milliseconds, any origin). */
export function stepLive(before: LiveState, fact: LiveFact, now: number): Step {
  const noted = note(before, fact, now)
  const settled = settle(noted.state, now)
  return { state: settled.state, commands: [...noted.commands, ...settled.commands] }
}

/** Returns when a `time` fact is due; null if never. */
export function nextTimeOf(state: LiveState): number | null {
  const { stream, hiddenAt, changedAt } = state
  const settledAt = changedAt === null ? null : changedAt + settleMs
  if (stream.kind === 'closed') {
    const openAt = isWanted(state, stream.openAt) ? stream.openAt : null
    return settledAt === null || openAt === null ? (settledAt ?? openAt) : Math.max(settledAt, openAt)
  }
  const times = [
    stream.kind === 'connecting' ? stream.since + connectMs : null,
    stream.kind === 'open' ? stream.heardAt + silentMs : null,
    hiddenAt === null ? null : hiddenAt + hiddenMs,
    settledAt,
  ].filter((time) => time !== null)
  return times.length === 0 ? null : Math.min(...times)
}

function note(state: LiveState, fact: LiveFact, now: number): Step {
  switch (fact.type) {
    case 'topics':
      return only(noteTopics(state, fact, now))
    case 'visible':
      return only({ ...state, hiddenAt: fact.isVisible ? null : (state.hiddenAt ?? now) })
    case 'session':
      return only({ ...state, isSignedIn: fact.isSignedIn })
    case 'opened':
      return noteOpened(state, now)
    case 'heard':
      return only(noteHeard(state, fact.id, now))
    case 'failed':
      return noteFailed(state, now)
    case 'reachable':
      return only(state.stream.kind === 'closed' ? { ...state, stream: { kind: 'closed', openAt: now } } : state)
    case 'time':
      return only(state)
  }
}

function noteTopics(
  state: LiveState,
  { organization, topics }: Extract<LiveFact, { type: 'topics' }>,
  now: number,
): LiveState {
  const isElsewhere = organization !== state.organization
  const isSame = !isElsewhere && sameKeys(keysOf(topics), state.stream.kind === 'closed' ? [] : state.stream.keys)
  return {
    ...state,
    organization,
    topics,
    changedAt: isSame ? null : now,
    ...(isElsewhere ? { position: null, failures: 0, isPolling: false } : {}),
    ...(isElsewhere && state.stream.kind === 'closed' ? { stream: { kind: 'closed', openAt: now } } : {}),
  }
}

function noteOpened(state: LiveState, now: number): Step {
  if (state.stream.kind !== 'connecting') return only(state)
  const { keys } = state.stream
  return {
    state: { ...state, stream: { kind: 'open', keys, heardAt: now, hasHeard: false }, isLost: false },
    commands: state.isLost ? [{ type: 'check-release' }] : [],
  }
}

/**
 * Only received data ends polling, because behind a buffering proxy streams open but deliver
 * nothing.
 */
function noteHeard(state: LiveState, id: string | null, now: number): LiveState {
  if (state.stream.kind !== 'open') return state
  const { keys } = state.stream
  return {
    ...state,
    stream: { kind: 'open', keys, heardAt: now, hasHeard: true },
    failures: 0,
    isPolling: false,
    position: id === null ? state.position : { cursor: id, keys },
  }
}

/**
 * Reconnects soon after a cut. A stream that never worked gets three tries, then one each minute.
 */
function noteFailed(state: LiveState, now: number): Step {
  if (state.stream.kind === 'closed') return only(state)
  const wasOpen = state.stream.kind === 'open'
  const failures = state.stream.kind === 'open' && state.stream.hasHeard ? 0 : state.failures + 1
  const isPolling = state.isPolling || failures >= failuresUntilPolling
  const waitMs = isPolling ? retryMs : 1000 * 2 ** failures
  return {
    state: {
      ...state,
      stream: { kind: 'closed', openAt: now + waitMs * (0.75 + state.jitter / 2) },
      isLost: true,
      failures,
      isPolling,
      // The server would refuse a refused cursor every time.
      position: failures >= 2 ? null : state.position,
    },
    commands: wasOpen ? [{ type: 'close' }] : [{ type: 'close' }, { type: 'check-session' }],
  }
}

function settle(state: LiveState, now: number): Step {
  const { stream, changedAt } = state
  const isDue = changedAt === null || now >= changedAt + settleMs
  // The topics of the next page follow shortly.
  if (!isDue && state.topics.length === 0) return only(state)
  if (!isWanted(state, now))
    return stream.kind === 'closed'
      ? only(isDue ? { ...state, changedAt: null } : state)
      : { state: closed(state, now), commands: [{ type: 'close' }] }
  if (stream.kind === 'open' && now >= stream.heardAt + silentMs)
    return {
      state: { ...closed(state, now + (state.isPolling ? retryMs : 2000)), isLost: true, isPolling: true },
      commands: [{ type: 'close' }],
    }
  if (stream.kind === 'connecting' && now >= stream.since + connectMs) return noteFailed(state, now)
  if (!isDue) return only(state)
  if (stream.kind === 'closed') return now >= stream.openAt ? open(state, now, []) : only({ ...state, changedAt: null })
  if (sameKeys(stream.keys, keysOf(state.topics))) return only({ ...state, changedAt: null })
  return open(state, now, [{ type: 'close' }])
}

function open(state: LiveState, now: number, before: readonly LiveCommand[]): Step {
  const { organization, topics } = state
  if (organization === null) return only(state)
  const keys = keysOf(topics)
  return {
    state: { ...state, stream: { kind: 'connecting', keys, since: now }, changedAt: null },
    commands: [...before, { type: 'open', organization, topics, cursor: cursorFor(state) }],
  }
}

/**
 * Returns the position to continue after: that of the last event, if it covers the wanted topics,
 * or else that of the only build's view.
 */
function cursorFor({ position, topics, failures }: LiveState): string | null {
  if (position !== null && topics.some(({ key }) => position.keys.includes(key))) return position.cursor
  const [build, ...more] = topics.filter(({ key }) => key.startsWith('build:'))
  return build === undefined || more.length > 0 || failures >= 2 ? null : build.cursor
}

function isWanted({ organization, topics, hiddenAt, isSignedIn, stream }: LiveState, now: number): boolean {
  // A hidden tab keeps its stream for a while, and opens no new stream.
  const isAsleep = hiddenAt !== null && (stream.kind === 'closed' || now >= hiddenAt + hiddenMs)
  return organization !== null && topics.length > 0 && isSignedIn && !isAsleep
}

function closed(state: LiveState, openAt: number): LiveState {
  return { ...state, stream: { kind: 'closed', openAt }, changedAt: null }
}

function keysOf(topics: readonly WantedTopic[]): readonly string[] {
  return topics.map(({ key }) => key)
}

function sameKeys(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((key, index) => key === other[index])
}

function only(state: LiveState): Step {
  return { state, commands: [] }
}
