import { type BuildAddress, type CloudClient, CloudError } from '@harmont/cloud'
import type { Plan } from '@harmont/ir'
import type { StepFacts } from './job-teller.ts'

/** What is known of a build's steps before anything is told of them. */
export interface BuildFacts {
  readonly steps: number
  /** Steps that build in no other. */
  readonly roots: number
  readonly of: (key: string) => StepFacts | undefined
}

function buildFacts(steps: ReadonlyMap<string, StepFacts>): BuildFacts {
  const roots = [...steps.values()].filter(({ parentKey }) => parentKey === null).length
  return { steps: steps.size, roots, of: (key) => steps.get(key) }
}

/** From the plan of what was sent. */
export function factsOfPlan({ steps }: Plan): BuildFacts {
  const facts = steps.map(({ key, buildsIn, image, retry }): [string, StepFacts] => {
    const parentKey = buildsIn === null ? null : (steps[buildsIn]?.key ?? null)
    return [key, { parentKey, image, attempts: 1 + (retry?.limit ?? 0) }]
  })
  return buildFacts(new Map(facts))
}

/** From the server; a server without views only tells how many steps there are. */
export async function factsOfBuild(
  client: CloudClient,
  address: BuildAddress,
  signal: AbortSignal,
): Promise<BuildFacts> {
  try {
    const { jobs } = await client.getBuildView(address, { signal })
    const keys = new Map(jobs.map(({ id, step_key, name }) => [id, step_key ?? name ?? id]))
    const facts = jobs.map(({ id, builds_in, image }): [string, StepFacts] => {
      const parentKey = builds_in === null ? null : (keys.get(builds_in) ?? null)
      return [keys.get(id) ?? id, { parentKey, image, attempts: 1 }]
    })
    return buildFacts(new Map(facts))
  } catch (error) {
    if (!(error instanceof CloudError) || !error.isUnknownOperation) throw error
    const { data } = await client.listJobs(address, { signal })
    return { steps: data.length, roots: data.length, of: () => undefined }
  }
}
