import type { PlanError } from '@harmont/ir'

/** A rendered pipeline, for the description of its problems. */
export interface Origin {
  /** Relative to the project directory. */
  readonly file: string
  readonly document: unknown
  /** The places of the pipeline's steps, as reported by the child process. */
  readonly places: unknown
}

/**
 * Describes all problems of a pipeline file's document, one per line: file and line, step, and
 * remedy.
 */
export function describeProblems({ problems, unlisted }: PlanError, origin: Origin): string {
  const lines = problems.map(({ pointer, message }) => {
    const { place, subject } = locate(pointer, origin)
    return `${place}: ${subject}${message}`
  })
  if (unlisted > 0) lines.push(`and ${unlisted} more`)
  return lines.join('\n')
}

function locate(pointer: string, { file, document, places }: Origin): { place: string; subject: string } {
  const [, list, index, rest = ''] = /^(\/graph\/nodes|\/steps)\/(\d+)(.*)$/.exec(pointer) ?? []
  if (list === undefined || index === undefined)
    return { place: file, subject: pointer === '' ? '' : `${pointer.slice(1)}: ` }
  const node = memberAt(document, [...list.slice(1).split('/'), index])
  const step = list === '/steps' ? node : memberAt(node, ['step'])
  const name = [memberAt(step, ['label']), memberAt(step, ['key'])].find((text) => typeof text === 'string')
  const member = rest.replace(/^\/(step\/)?/, '')
  const place = list === '/steps' ? undefined : memberAt(places, [index])
  return {
    place: typeof place === 'string' ? place : file,
    subject: `step ${shortened(name) ?? `number ${Number(index) + 1}`}${member === '' ? '' : `, ${member}`}: `,
  }
}

function memberAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, name) =>
      typeof at === 'object' && at !== null && Object.hasOwn(at, name) ? Reflect.get(at, name) : undefined,
    value,
  )
}

function shortened(name: unknown): string | undefined {
  if (typeof name !== 'string') return undefined
  return JSON.stringify(name.length > 60 ? `${name.slice(0, 60).toWellFormed()}…` : name)
}
