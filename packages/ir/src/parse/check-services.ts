/** Checks the services of steps against each other and against the steps that they start from. */
import type { PlannedService } from '../plan.ts'
import { findCycle, topologicalOrder } from './cycle.ts'
import type { Draft, Edge, StepNames } from './draft.ts'
import { describe, type Problems } from './problems.ts'
import type { ServiceDraft } from './services.ts'
import type { StepDraft } from './step.ts'

/**
 * Checks names and `needs` of each step's services. Returns an edge for each `from`: a step waits
 * for the steps whose services left the initial files of its own services.
 */
export function serviceEdges(problems: Problems, { steps }: Draft, indexOf: StepNames): Edge[] {
  return steps.flatMap(({ services }, to) => {
    checkNames(problems, services)
    checkNeeds(problems, services)
    return services.flatMap((service) => {
      const from = originOf(problems, steps, indexOf, service)
      return from === undefined ? [] : [{ from, to, buildsIn: false, at: () => `${service.at}/from` }]
    })
  })
}

/** Returns the services of a step in their planned form. */
export function plannedServices(services: readonly ServiceDraft[], indexOf: StepNames): PlannedService[] {
  return services.map(({ at: _, from, ...service }) => ({
    ...service,
    from: from === null ? null : (indexOf.get(from) ?? null),
  }))
}

function checkNames(problems: Problems, services: readonly ServiceDraft[]): void {
  const seen = new Map<string, string>()
  for (const { name, at } of services) {
    const first = seen.get(name)
    if (first === undefined) seen.set(name, at)
    else {
      const got = `${describe(name)}, which ${first}/name has too`
      const expected = 'a name of its own'
      problems.add({ stage: 'graph', at: `${at}/name`, expected, got, fix: 'Rename one of the two.' })
    }
  }
}

function checkNeeds(problems: Problems, services: readonly ServiceDraft[]): void {
  const indexOf = new Map(services.map(({ name }, index) => [name, index]))
  const needs = services.map(({ needs: names, at }) =>
    names.flatMap((name, i) => {
      const index = indexOf.get(name)
      if (index !== undefined) return index
      const problem = { stage: 'graph', code: 'unknown_dependency', at: `${at}/needs/${i}` } as const
      const expected = 'the name of a service of this step'
      problems.add({ ...problem, expected, got: describe(name), fix: 'Name a service of this step.' })
      return []
    }),
  )
  if (topologicalOrder(needs) !== undefined) return
  const cycle = findCycle(needs)
  const names = [...cycle, cycle[0] ?? 0].map((index) => describe(services[index]?.name))
  problems.add({
    stage: 'graph',
    code: 'cycle',
    at: `${services[cycle[0] ?? 0]?.at}/needs`,
    expected: 'services that do not need themselves',
    got: `the cycle ${names.join(' → ')}`,
    fix: 'Remove one of these needs.',
  })
}

/** Returns the step that a service starts from; undefined for none, or after adding a problem. */
function originOf(
  problems: Problems,
  steps: readonly StepDraft[],
  indexOf: StepNames,
  { name, image, from, at }: ServiceDraft,
): number | undefined {
  if (from === null) return undefined
  const index = indexOf.get(from)
  // The engine checks references to steps that are in the build but not in the document.
  if (index !== undefined && index < 0) return index
  const origin = steps[index ?? -1]?.services.find((service) => service.name === name)
  if (index === undefined || origin === undefined) {
    const expected = `the key of a step that has a service ${describe(name)}`
    const fix = 'Name a step of this pipeline with this service.'
    const problem = { stage: 'graph', code: 'unknown_dependency', at: `${at}/from` } as const
    problems.add({ ...problem, expected, got: describe(from), fix })
    return undefined
  }
  if (origin.image === image) return index
  const expected = `the image ${describe(origin.image)}, which the files of step ${describe(from)} come from`
  const fix = 'Give both services one image.'
  problems.add({ stage: 'graph', at: `${at}/image`, expected, got: describe(image), fix })
  return undefined
}
