/** Measures database services: clones of a stopped database, and a newly initialized one. */
import { randomUUID } from 'node:crypto'
import type { OciDriver, ResolvedImage, Sandbox, ServiceSpec } from '@harmont/sandbox'
import { importServiceImages, serviceImages } from '../../test/outside/service-images.ts'
import { quantile, type Row, timeMs } from '../measure.ts'
import { withDriver } from '../own-driver.ts'

const clonesInTurn = 20
const initialized = 7
const clonesAtOnce = 20
const roundsAtOnce = 5
const limits = { cpu: 2, memoryBytes: 2 ** 30, diskBytes: 5 * 2 ** 30, pids: 512 }

interface QueriedOptions {
  readonly text?: string
  /** Starts the database; null runs the command of its image. */
  readonly command?: string | null
  readonly made?: () => void
}

/** Runs the tests' PostgreSQL as a service on a temporary driver. */
class Database {
  readonly #driver: OciDriver
  readonly #image: ResolvedImage

  constructor(driver: OciDriver, image: ResolvedImage) {
    this.#driver = driver
    this.#image = image
  }

  /**
   * Creates a step beside a database, and resolves when its first query has an answer. Calls `made`
   * when both sandboxes exist, just before the database starts.
   */
  async queried(
    base: ServiceSpec['base'],
    { text = 'select 1', command = null, made = () => {} }: QueriedOptions = {},
  ): Promise<Sandbox> {
    const service: ServiceSpec = {
      ...{ name: 'db', base, env: {}, command, needs: [], localhost: false, egress: false },
      ready: { port: 5432, command: 'pg_isready -h 127.0.0.1', log: null, timeoutSeconds: 60 },
      stop: { signal: null, seconds: 30 },
    }
    const sandbox = await this.#driver.create({
      ...{ id: `bench-${randomUUID()}`, label: {}, base: { image: this.#image }, limits, network: 'none' },
      services: [service],
    })
    made()
    await sandbox.startServices(() => new Date(Date.now() + 120_000))
    const running = await sandbox.start({
      script: `psql -h db -U postgres -At -v ON_ERROR_STOP=1 -c "${text}"`,
      env: { PATH: '/usr/bin:/bin' },
      workingDirectory: '/',
      deadline: new Date(Date.now() + 120_000),
    })
    // Reads the output to its end before it awaits the exit, which alone does not wait for the
    // output.
    for await (const _ of running.output(0));
    const { code } = await running.exited()
    if (code !== 0) throw new Error(`psql ended with ${code}`)
    return sandbox
  }

  /**
   * Starts from an empty folder. Runs initdb with fsync, as the usual image does; the tests' image
   * omits it.
   */
  fresh(made: () => void): Promise<Sandbox> {
    const initdb = 'setpriv --reuid=postgres --regid=postgres --init-groups initdb --pgdata=/data --auth=trust'
    const command = `mkdir /data && chown postgres /data && ${initdb} && echo host all all all trust >>/data/pg_hba.conf && exec start-postgres`
    return this.queried({ image: this.#image }, { command, made })
  }

  /** Fills a database of 50 MB, stops it, and returns its snapshot as the base of later steps. */
  async filled(): Promise<ServiceSpec['base']> {
    const rows = 'create table items as select n, md5(n::text) as word from generate_series(1, 700000) n'
    const sandbox = await this.queried({ image: this.#image }, { text: `${rows}; create index on items (n)` })
    const [service] = sandbox.services
    if ((await service?.stop())?.code !== 0) throw new Error('the database did not stop')
    const snapshot = await service?.snapshot({ cache: null, origin: {} })
    await sandbox.destroy()
    if (snapshot === undefined) throw new Error('the database has no snapshot')
    return { snapshot: snapshot.id }
  }
}

function withDatabase(measure: (database: Database) => Promise<string>): Promise<string> {
  return withDriver(async (driver, images) => {
    await importServiceImages(images)
    return measure(new Database(driver, await driver.resolveImage(serviceImages.postgres)))
  })
}

/** Milliseconds from the first call, and from the start of the database. */
interface Samples {
  readonly whole: number[]
  readonly started: number[]
}

async function samplesOf(count: number, make: (made: () => void) => Promise<Sandbox>): Promise<Samples> {
  const samples: Samples = { whole: [], started: [] }
  for (let n = 0; n < count; n += 1) {
    const began = performance.now()
    let madeAt = began
    const sandbox = await make(() => {
      madeAt = performance.now()
    })
    const ended = performance.now()
    samples.whole.push(ended - began)
    samples.started.push(ended - madeAt)
    await sandbox.destroy()
  }
  return samples
}

export const serviceRows: readonly Row[] = [
  {
    what: 'service: clone of PostgreSQL to the end of its first query',
    must: 'p50 <= 300 ms; at least 5 times faster than initdb',
    run: () =>
      withDatabase(async (database) => {
        const base = await database.filled()
        const empty = await samplesOf(initialized, (made) => database.fresh(made))
        const clones = await samplesOf(clonesInTurn, (made) => database.queried(base, { made }))
        const figures = (['started', 'whole'] as const).map((from) => {
          const [p50, initdb] = [quantile(clones[from], 0.5), quantile(empty[from], 0.5)]
          const most = quantile(clones[from], 0.99)
          return `p50 ${p50.toFixed(0)} ms, p99 ${most.toFixed(0)}, by initdb ${initdb.toFixed(0)}: ${(initdb / p50).toFixed(1)} times`
        })
        return `from the clone's start ${figures[0]}; including the creation of both sandboxes ${figures[1]} (n=${clonesInTurn} and ${initialized})`
      }),
  },
  {
    what: 'service: 20 clones of PostgreSQL at once, to the end of the last first query',
    must: '<= 5 s',
    run: () =>
      withDatabase(async (database) => {
        const base = await database.filled()
        const samples: number[] = []
        for (let round = 0; round < roundsAtOnce; round += 1) {
          let sandboxes: readonly Sandbox[] = []
          const all = () => Promise.all(Array.from({ length: clonesAtOnce }, () => database.queried(base)))
          samples.push(
            await timeMs(async () => {
              sandboxes = await all()
            }),
          )
          await Promise.all(sandboxes.map((sandbox) => sandbox.destroy()))
        }
        return `median ${(quantile(samples, 0.5) / 1000).toFixed(2)} s, worst ${(Math.max(...samples) / 1000).toFixed(2)} s (n=${roundsAtOnce})`
      }),
  },
]
