/** Measures the upload and download of an artifact of 2 GB. */
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { buildEnd, flatIr, type Product, startProduct } from '../../test/product.ts'
import { type Row, timeMs } from '../measure.ts'

const bytes = 2 * 2 ** 30
const build = { branch: 'main', commit: '0'.repeat(40) }
const slug = 'artifacts'

/** Returns the peak resident memory of a process since the last call, in MiB. */
function peakMiB(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  writeFileSync(`/proc/${pid}/clear_refs`, '5')
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024)
}

/** Runs the steps, and returns the seconds until their build ends. */
async function run({ api }: Product, steps: readonly Record<string, unknown>[]): Promise<number> {
  const ms = await timeMs(async () => {
    const { number } = await api.createBuild(slug, { ...build, pipeline_ir: flatIr(steps) })
    const { build: ended } = await buildEnd(api, slug, number, 1_200_000)
    if (ended.state !== 'passed') throw new Error(`the build ended ${ended.state}`)
  })
  return ms / 1000
}

async function download({ server, token }: Product, number: number): Promise<void> {
  const headers = { authorization: `Bearer ${token}` }
  const place = `${server().url}/api/v0/organizations/default/pipelines/${slug}/builds/${number}/artifacts`
  const [artifact] = ((await (await fetch(place, { headers })).json()) as { data: { id: string; sha256: string }[] })
    .data
  const { body } = await fetch(`${place}/${artifact?.id}`, { headers })
  const hash = createHash('sha256')
  for await (const chunk of body ?? []) hash.update(chunk)
  if (hash.digest('hex') !== artifact?.sha256) throw new Error('what was downloaded is not what was stored')
}

export const artifactRows: readonly Row[] = [
  {
    what: 'artifact of 2 GB: up, again, down; peak memory of the server',
    must: 'again sends nothing; memory <= 200 MiB',
    async run() {
      const product = await startProduct()
      try {
        const { api, server } = product
        await api.ensurePipeline({
          name: slug,
          repository: 'https://github.com/acme/artifacts',
          default_branch: 'main',
        })
        const make = `head -c ${bytes} /dev/urandom >large`
        const step = { key: 'made', cmd: make, cache: { policy: 'forever', env_keys: [], key: 'made' } }
        await run(product, [step])
        const kept = (name: string) => ({
          ...{ key: name, cmd: `echo ${name}`, builds_in: 'made' },
          artifacts: [{ path: 'large' }],
        })
        const figures: string[] = []
        const note = (name: string, seconds: number) =>
          figures.push(`${name} ${seconds.toFixed(1)} s, ${peakMiB(server().pid)} MiB`)
        peakMiB(server().pid)
        note('up', await run(product, [step, kept('first')]))
        note('again', await run(product, [step, kept('second')]))
        note('down', (await timeMs(() => download(product, 2))) / 1000)
        return figures.join('; ')
      } finally {
        await product.remove()
      }
    },
  },
]
