import { type Icon, lookOf, stateIcons, type Tone } from './state.ts'

/** Text colours of states, also used for shapes drawn in `currentColor`. */
export const toneColours: Readonly<Record<Tone, string>> = {
  pass: 'text-pass',
  cache: 'text-cache',
  fail: 'text-fail',
  soft: 'text-soft',
  run: 'text-run',
  wait: 'text-wait',
  stop: 'text-stop',
}

export const toneFills: Readonly<Record<Tone, string>> = {
  pass: 'bg-pass',
  cache: 'bg-cache',
  fail: 'bg-fail',
  soft: 'bg-soft',
  run: 'bg-run',
  wait: 'bg-wait',
  stop: 'bg-stop',
}

interface StateProps {
  readonly state: string
  readonly cached?: boolean | undefined
  readonly softFailed?: boolean | undefined
}

interface MarkProps extends StateProps {
  /** The side length of the square, in pixels. */
  readonly size?: number
}

/** Shows the icon of a state in its colour, with its name for screen readers. */
export function StateMark({ state, size = 16, ...how }: MarkProps) {
  const look = lookOf(state, given(how))
  return (
    <svg
      role="img"
      aria-label={look.word}
      viewBox="0 0 16 16"
      width={size}
      height={size}
      className={`shrink-0 ${toneColours[look.tone]}`}
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      <g className={look.moving ? 'turning' : undefined}>
        <StateIcon icon={look.icon} />
      </g>
    </svg>
  )
}

/** Shows icon and name of a state. */
export function StateWord({ state, ...how }: StateProps) {
  const look = lookOf(state, given(how))
  return (
    <span className={`inline-flex items-center gap-1.5 whitespace-nowrap font-semibold ${toneColours[look.tone]}`}>
      <span aria-hidden="true" className="inline-flex">
        <StateMark state={state} {...how} />
      </span>
      {look.word}
    </span>
  )
}

function given({ cached = false, softFailed = false }: Omit<StateProps, 'state'>) {
  return { cached, softFailed }
}

function StateIcon({ icon }: { readonly icon: Icon }) {
  return stateIcons[icon].map(({ d, isFilled, isCutOut, isDotted }) => (
    <path
      key={d}
      d={d}
      {...(isFilled === true ? { fill: 'currentColor' } : {})}
      {...(isCutOut === true ? { className: 'stroke-ground' } : {})}
      {...(isDotted === true ? { strokeDasharray: '0.1 3.17', strokeWidth: 2 } : {})}
    />
  ))
}
