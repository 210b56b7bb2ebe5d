/** The word, colour and icon of each build and job state (web.md 15). */

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
  /** Whether the icon turns, unless motion is reduced. */
  readonly moving: boolean
}

const looks: Readonly<Record<string, Omit<StateLook, 'moving'>>> = {
  passed: { word: 'Passed', tone: 'pass', icon: 'ring-check' },
  failed: { word: 'Failed', tone: 'fail', icon: 'octagon-cross' },
  errored: { word: 'Errored', tone: 'fail', icon: 'octagon-cross' },
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

/**
 * Returns the look of a state. An unknown state shows its own name with the neutral icon (web X1).
 */
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

/** One stroke of an icon, in a square of 16 units. */
interface IconPath {
  readonly d: string
  /** Fills the shape with the state's colour. */
  readonly isFilled?: boolean
  /** Draws on a filled shape, in the background colour. */
  readonly isCutOut?: boolean
  /** Draws dots instead of a line. */
  readonly isDotted?: boolean
}

const ring: IconPath = { d: 'M8 1.75a6.25 6.25 0 1 0 0 12.5a6.25 6.25 0 1 0 0-12.5z' }
const octagon = 'M5.3 1.5h5.4l3.8 3.8v5.4l-3.8 3.8H5.3l-3.8-3.8V5.3z'

/** The shapes of web.md 15, which differ even without colour. */
export const stateIcons: Readonly<Record<Icon, readonly IconPath[]>> = {
  'ring-check': [ring, { d: 'm5 8.3 2.1 2.1L11 6' }],
  'layers-check': [
    { d: 'M8 1.8 14 5 8 8.2 2 5z' },
    { d: 'm2 8.2 2.6 1.4M2 11.2l4.5 2.4' },
    { d: 'm8.5 11.5 1.8 1.8L14 9.6' },
  ],
  'octagon-cross': [
    { d: octagon, isFilled: true },
    { d: 'm5.7 5.7 4.6 4.6m0-4.6-4.6 4.6', isCutOut: true },
  ],
  'half-octagon': [{ d: octagon }, { d: 'M5.3 1.5H8v13H5.3l-3.8-3.8V5.3z', isFilled: true }],
  'clock-cross': [
    { d: 'M14.2 7.2A6.25 6.25 0 1 0 7.5 14.2' },
    { d: 'M8 4.5V8l2 1.2' },
    { d: 'm10.5 10.5 4 4m0-4-4 4' },
  ],
  triangle: [{ d: 'M8 1.8 14.8 13.8H1.2z' }, { d: 'M8 6.2v3.5M8 11.7v.1' }],
  arc: [{ d: 'M8 1.75A6.25 6.25 0 1 1 1.75 8' }],
  'small-arc': [{ d: 'M8 1.75A6.25 6.25 0 0 1 14.25 8' }],
  'dotted-ring': [{ ...ring, isDotted: true }],
  'ring-bars': [ring, { d: 'M6.3 6v4M9.7 6v4' }],
  'ring-square': [ring, { d: 'M6 6h4v4H6z', isFilled: true }],
  'ring-slash': [ring, { d: 'm4 12 8-8' }],
  'ring-question': [ring, { d: 'M6.2 6.2A1.8 1.8 0 1 1 8 8.5M8 11v.1' }],
}
