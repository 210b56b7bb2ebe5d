/** An agent at a real server: the script that `mcp.soak.root.test.ts` runs on this machine. */
import { execFileSync } from 'node:child_process'
import process from 'node:process'
import { afterAll, beforeAll, test } from 'vitest'
import { type Agent, openAgent, runToEnd } from '../packages/cli/src/mcp/client.test-support.ts'
import { expectPlaces, seedFailures } from '../packages/cli/src/mcp/seeded-failures.test-support.ts'
import { makeProject, type Project } from '../packages/cli/src/runs/in-sandboxes/project.test-support.ts'
import { type Product, startProduct } from './product.ts'

let product: Product
let project: Project
let agent: Agent
beforeAll(async () => {
  product = await startProduct()
  project = makeProject('')
  project.write(
    '.hm/ci.ts',
    `import { pipeline, sh } from '@harmont/hm'\nexport default ${seedFailures(project.write)}\n`,
  )
  const git = (...args: string[]) => execFileSync('git', ['-C', project.directory, ...args])
  git('init', '-q', '-b', 'main')
  git('remote', 'add', 'origin', 'git@github.com:acme/seeds.git')
  const place = { HOME: project.directory, HM_CACHE_DIR: project.cache }
  const server = { HM_API_URL: product.server().url, HM_API_TOKEN: product.token }
  agent = await openAgent(project.directory, { PATH: process.env.PATH ?? '', ...place, ...server })
})
afterAll(async () => {
  await agent[Symbol.asyncDispose]()
  await project[Symbol.asyncDispose]()
  await product.remove()
})

test('G129 an agent finds file and line of 18 of 20 failures of a build on a server, in three calls and 6,000 tokens each', async () => {
  await expectPlaces(agent, await runToEnd(agent, { pipeline: 'seeds', cloud: true }))
})
