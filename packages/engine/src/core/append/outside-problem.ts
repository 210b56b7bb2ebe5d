/** Limits the access of appended steps to earlier steps of the build. */
import { plannedSecrets } from '../../layers/taint.ts'
import type { LiveBuild, Slot } from '../live-build.ts'
import type { Step } from '../model.ts'
import { filesFrom } from '../placement/homes.ts'

type Before = Pick<LiveBuild, 'steps' | 'jobs'>

/** Returns a sentence about the first forbidden access; null if there is none. */
export function outsideProblem(build: Before, generator: Slot, added: readonly Step[]): string | null {
  const allowed = new Set([...(build.steps[generator]?.append?.secrets ?? []), ...plannedSecrets(build, generator)])
  const secretsIn = new Map<Slot, readonly string[]>()
  for (const step of added) {
    for (const from of filesFrom(step)) {
      if (from >= build.steps.length) continue
      const names = secretsIn.get(from) ?? plannedSecrets(build, from)
      secretsIn.set(from, names)
      const secret = names.find((name) => !allowed.has(name))
      if (secret !== undefined)
        return `\`${step.key}\` takes files of \`${build.steps[from]?.key}\`, which was given the secret \`${secret}\`, and its \`append\` does not list that.`
    }
    const problem = waitProblem(build, step) ?? serviceProblem(build, step)
    if (problem !== null) return problem
  }
  return null
}

function waitProblem({ steps }: Before, { key, afterAppended = [] }: Step): string | null {
  const from = afterAppended.find((slot) => slot < steps.length && steps[slot]?.append === undefined)
  return from === undefined
    ? null
    : `\`${key}\` waits for what \`${steps[from]?.key}\` appends, and that step has no \`append\`.`
}

/** The files of a service are kept only if a dependent was known when the service's step began. */
function serviceProblem({ steps, jobs }: Before, { key, services = [] }: Step): string | null {
  for (const { name, image, from } of services) {
    if (from === null || from >= steps.length) continue
    const other = steps[from]?.services?.find((service) => service.name === name)
    const of = `\`${key}\` starts the service \`${name}\` from the files of \`${steps[from]?.key}\``
    if (other === undefined) return `${of}, which has no such service.`
    if (other.image !== image) return `${of}, which has another image: \`${other.image}\`.`
    const job = jobs[from]
    const isWaiting = job?.state === 'pending' || job?.state === 'scheduled'
    if (!isWaiting && job?.serviceSnapshots[name] === undefined) return `${of}, which did not keep them.`
  }
  return null
}
