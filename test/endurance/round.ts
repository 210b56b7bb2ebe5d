/**
 * Defines the steps of one round: each kind once, and additional quick steps that grow with the
 * effort.
 */
import { scaled } from '@harmont/test-kit/effort'

const forks = 8
/**
 * Number of steps that are cheap compared with the rest of a round, so that thousands run quickly.
 */
const crowd = scaled(2, 240)
export const logBytes = 10_000_000

interface RoundStep {
  readonly key: string
  readonly cmd: string
  readonly [more: string]: unknown
}

/** Whether a round has a long log; one in ten does. */
export const isLong = (round: number) => round % 10 === 0

/**
 * Returns forks of one base, a hit and a new entry of the cache, a failure, and logs of one byte
 * and of ten megabytes.
 */
export function roundSteps(round: number): readonly RoundStep[] {
  return [
    { key: 'base', cmd: `echo ${round} >/base` },
    ...Array.from({ length: forks }, (_, n) => ({
      key: `fork${n}`,
      cmd: `cat /base; echo ${n} >/own`,
      builds_in: 'base',
    })),
    { key: 'hit', cmd: 'echo hit', cache: { policy: 'forever', key: 'endurance-hit' } },
    {
      key: 'entry',
      cmd: 'head -c 1000000 /dev/urandom >/entry',
      cache: { policy: 'forever', key: `endurance-${round}` },
    },
    { key: 'fails', cmd: 'exit 7' },
    { key: 'byte', cmd: 'printf x' },
    { key: 'long', cmd: isLong(round) ? `yes 123456789 | head -c ${logBytes}` : 'true' },
    ...Array.from({ length: crowd }, (_, n) => crowdStep(n)),
  ]
}

function crowdStep(n: number): RoundStep {
  const step = { key: `crowd${n}`, cmd: 'printf x' }
  if (n % 3 === 1) return { ...step, cmd: 'exit 7' }
  return n % 3 === 2 ? { ...step, cmd: 'cat /base', builds_in: 'base' } : step
}

/**
 * Number of steps: those of `roundSteps`, the rendered step with its rendering, the canceled step
 * and the shell.
 */
export const stepsOfRound = roundSteps(0).length + 4

/** The source of a build with a pipeline that is rendered in a sandbox without a network. */
export const renderedPipeline = `import harmont as hm


@hm.pipeline("endurance", default_image="host")
def endurance():
    return hm.sh("cat round.txt", label="rendered")
`
