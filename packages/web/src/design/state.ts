/** The states of builds and jobs as people read them (web.md 15): word, colour, icon. */

export type Tone = 'pass' | 'cache' | 'fail' | 'soft' | 'run' | 'wait' | 'stop'

export type Icon =
  | 'ring-check'
  | 'layers-check'
  | 'octagon-cross'
  | 'half-octagon'
  | 'clock-cross'
  | 'triangle'
  | 'arc'
  | 'small-arc'
  | 'dotted-ring'
  | 'ring-bars'
  | 'ring-square'
  | 'ring-slash'
  | 'ring-question'

export interface StateLook {
  readonly word: string
  readonly tone: Tone
  readonly icon: Icon
  /** Turns, where motion is wanted. */
  readonly moving: boolean
}

const looks: Readonly<Record<string, Omit<StateLook, 'moving'>>> = {
  passed: { word: 'Passed', tone: 'pass', icon: 'ring-check' },
  failed: { word: 'Failed', tone: 'fail', icon: 'octagon-cross' },
  failing: { word: 'Failing', tone: 'fail', icon: 'half-octagon' },
  timing_out: { word: 'Timing out', tone: 'fail', icon: 'clock-cross' },
  timed_out: { word: 'Timed out', tone: 'fail', icon: 'clock-cross' },
  running: { word: 'Running', tone: 'run', icon: 'arc' },
  assigned: { word: 'Starting', tone: 'run', icon: 'small-arc' },
  pending: { word: 'Waiting', tone: 'wait', icon: 'dotted-ring' },
  scheduled: { word: 'Queued', tone: 'wait', icon: 'ring-bars' },
  canceling: { word: 'Canceling', tone: 'stop', icon: 'ring-square' },
  canceled: { word: 'Canceled', tone: 'stop', icon: 'ring-square' },
  skipped: { word: 'Skipped', tone: 'stop', icon: 'ring-slash' },
}

const moving = new Set(['running', 'assigned', 'failing', 'canceling', 'timing_out'])

/** How a state looks. One that this release does not know shows as its own word with the neutral mark (web X1). */
export function lookOf(
  state: string,
  how: { readonly cached?: boolean; readonly softFailed?: boolean } = {},
): StateLook {
  if (how.cached === true && state === 'passed')
    return { word: 'Cached', tone: 'cache', icon: 'layers-check', moving: false }
  if (how.softFailed === true && (state === 'failed' || state === 'timed_out'))
    return { word: 'Failed, allowed', tone: 'soft', icon: 'triangle', moving: false }
  const look = looks[state] ?? { word: state, tone: 'stop', icon: 'ring-question' }
  return { ...look, moving: moving.has(state) }
}
