import { buildEnd, flatIr, type Product, startProduct } from '../../test/product.ts'
import { followLog } from '../rows/logs.ts'
import { firstLineScript, firstWord, logBytes, logScript, numbered } from './commands.ts'
import { manyFiles } from './many-files.ts'
import type { Once, Opened, Peer } from './peer.ts'

type Steps = readonly Readonly<Record<string, unknown>>[]

const independent = (count: number): Steps => numbered(count, (at) => ({ key: `s${at}`, cmd: 'true' }))
const chain: Steps = numbered(50, (at) => ({ key: `s${at}`, cmd: 'true', ...(at > 0 && { builds_in: `s${at - 1}` }) }))
const cached = {
  key: 'parent',
  cmd: `mkdir /data && cd /data && ${manyFiles}`,
  cache: { policy: 'forever', key: 'parent' },
}
const forks: Steps = [cached, ...numbered(10, (at) => ({ key: `f${at}`, cmd: 'true', builds_in: 'parent' }))]

export const server: Peer = {
  name: '**server**',
  isolates: 'files, processes, network, limits, users, system calls',
  async open(): Promise<Opened> {
    const product = await startProduct({ HARMONT_RATE_LIMITS: 'off', HARMONT_RUNNER_SLOTS: '2' })
    await product.api.ensurePipeline({ name: 'bench', repository: 'local/bench', default_branch: 'main' })
    const once = (steps: Steps) => async (): Promise<Once> => () => ended(product, steps)
    return {
      version: '',
      works: {
        one: once(independent(1)),
        hundred: once(independent(100)),
        thousand: once(independent(1_000)),
        chain: once(chain),
        async forks() {
          await ended(product, forks)
          return () => ended(product, forks)
        },
        queued: async () => async () => {
          const numbers: number[] = []
          for (let at = 0; at < 200; at += 1) numbers.push(await submit(product, independent(1)))
          for (const number of numbers) await buildEnd(product.api, 'bench', number)
          return undefined
        },
        firstLine: async () => () => firstLine(product),
        log: async () => () => wholeLog(product),
        start: async () => async () => {
          await product.server().stop()
          const began = performance.now()
          await product.restart()
          return performance.now() - began
        },
      },
      stays: [product.server().pid],
      [Symbol.asyncDispose]: () => product.remove(),
    }
  },
}

async function submit({ api }: Product, steps: Steps): Promise<number> {
  const build = { branch: 'main', commit: '0'.repeat(40), pipeline_ir: flatIr(steps) }
  return (await api.createBuild('bench', build)).number
}

async function ended(product: Product, steps: Steps): Promise<undefined> {
  const { build } = await buildEnd(product.api, 'bench', await submit(product, steps), 600_000)
  if (build.state !== 'passed') throw new Error(`the build ended ${build.state}`)
}

async function firstLine(product: Product): Promise<number> {
  const began = performance.now()
  const number = await submit(product, [{ key: 'only', cmd: firstLineScript }])
  const [job] = await product.api.listJobs('bench', number)
  let ms = Number.NaN
  await followLog(product.api, job?.id ?? '', (content) => {
    if (content.includes(firstWord)) ms = performance.now() - began
  })
  return ms
}

async function wholeLog(product: Product): Promise<undefined> {
  const number = await submit(product, [{ key: 'only', cmd: logScript }])
  const { jobs } = await buildEnd(product.api, 'bench', number, 600_000)
  const { length } = await product.api.readLog(jobs.get('only')?.id ?? '')
  if (length !== logBytes) throw new Error(`the log has ${length} of ${logBytes} bytes`)
}
