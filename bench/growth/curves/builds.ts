import { flatIr } from '../../../test/product.ts'
import { fillDatabase } from '../../filled-database.ts'
import { type Costs, type Curve, independent } from '../curve.ts'
import type { ProcessorMeter } from '../processor-meter.ts'
import { openRequests, type Requests } from '../requests.ts'

const organization = '/organizations/org-1'
const pipeline = `${organization}/pipelines/pipe-1`
const newBuild = { branch: 'main', commit: 'c', pipeline_ir: flatIr([{ key: 'a', cmd: 'true' }]) }

const asked: Readonly<Record<string, readonly [path: string, body?: unknown]>> = {
  'list builds': [`${pipeline}/builds`],
  'list failed builds': [`${pipeline}/builds?state=failed`],
  'page of a build': [`${pipeline}/builds/1/view`],
  'list builds of the organization': [`${organization}/builds`],
  'summaries of pipelines': [`${organization}/pipeline-summaries`],
  'where the time of the pipeline goes': [`${pipeline}/time`],
  'create a build': [`${pipeline}/builds`, newBuild],
}

export const buildCurve: Curve = {
  name: 'builds',
  what: 'requests beside n builds of one pipeline',
  unit: 'builds',
  cost: 'processor time of server and PostgreSQL, ms a request',
  limits: Object.fromEntries(Object.keys(asked).map((name) => [name, independent])),
  sizes: [100, 1_000, 10_000, 100_000],
  largest: [],
  async prepare(meter, measure) {
    let filled: { readonly size: number; readonly requests: Requests } | undefined
    try {
      await measure(async (size) => {
        if (filled?.size !== size) {
          await filled?.requests[Symbol.asyncDispose]()
          filled = { size, requests: await openFilled(meter, size) }
        }
        return costsOf(filled.requests)
      })
    } finally {
      await filled?.requests[Symbol.asyncDispose]()
    }
  },
}

async function openFilled(meter: ProcessorMeter, builds: number): Promise<Requests> {
  const requests = await openRequests(meter)
  const client = await requests.product.pool.connect()
  await fillDatabase(client, { organizations: 1, pipelines: 1, builds })
  client.release()
  return requests
}

async function costsOf({ ask, spent }: Requests): Promise<Costs> {
  const costs: Record<string, number> = {}
  for (const [name, [path, body]] of Object.entries(asked)) costs[name] = await spent(20, () => ask(path, body))
  return costs
}
