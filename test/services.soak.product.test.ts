/** Real PostgreSQL beside steps, from a pipeline to its answers, over a kill of the server. */
import { serviceImages } from '@harmont/outside/service-images'
import { until } from '@harmont/test-kit/until'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { showServiceImages } from './host-base.ts'
import { buildEnd, flatIr, type Product, startProduct } from './product.ts'

let product: Product
beforeAll(async () => {
  product = await startProduct()
  await showServiceImages(product.dataDirectory)
  await product.api.ensurePipeline({ name: 'shop', repository: 'https://github.com/acme/shop', default_branch: 'main' })
})
afterAll(async () => product?.remove())

const image = serviceImages.postgres
const ready = { ready: { port: 5432 }, ready_command: 'pg_isready -h 127.0.0.1' }
const db = (more: object = {}) => ({ name: 'db', image, ...ready, ...more })
const query = (text: string) => `psql -h db -U postgres -v ON_ERROR_STOP=1 -At -c "${text}"`
const migrate = query("create table items (name text); insert into items values ('pen')")
const steps = [
  {
    key: 'migrate',
    image,
    cmd: migrate,
    services: [db()],
    cache: { policy: 'forever', env_keys: [], key: 'migrations' },
  },
  {
    key: 'long',
    image,
    cmd: `${query("insert into items values ('ink')")}; echo begun; sleep 8; ${query('select count(*) from items')}`,
    services: [db({ from: 'migrate' }), { name: 'cache', image: serviceImages.valkey }],
  },
  { key: 'other', image, cmd: query('drop table items'), services: [db({ from: 'migrate' })] },
]

test('G02 G70 steps with clones of a migrated database pass, although the server is killed while they run', async () => {
  const submit = () => product.api.createBuild('shop', { branch: 'main', commit: 'c0ffee', pipeline_ir: flatIr(steps) })
  const { number } = await submit()
  const begun = async () => {
    const jobs = await product.api.listJobs('shop', number)
    const long = jobs.find(({ step_key }) => step_key === 'long')
    const log = long === undefined ? '' : await product.api.readLog(long.id)
    return { states: jobs.map(({ state, error_message }) => [state, error_message]), log }
  }
  await until(begun, ({ states, log }) => {
    if (states.some(([state]) => state === 'failed')) throw new Error(`a step failed: ${JSON.stringify(states)}`)
    return log.includes('begun')
  })
  product.server().kill('SIGKILL')
  await product.restart()
  const { build, jobs } = await buildEnd(product.api, 'shop', number)
  const passed = ['passed', steps.map(({ key }) => [key, 'passed', null])]
  expect([build.state, endsOf(jobs)]).toEqual(passed)
  const long = jobs.get('long')
  expect(await product.api.readLog(long?.id ?? '')).toMatch(/begun\n2\n$/)
  const [service] = long?.services ?? []
  expect(service).toMatchObject({ name: 'db', from: 'migrate', state: 'ended', ready_ms: expect.any(Number) })
  const log = await product.api.readLog(service?.id ?? '')
  expect(log.match(/database system is ready to accept connections/g)).toHaveLength(1)
  const again = await buildEnd(product.api, 'shop', (await submit()).number)
  expect([again.build.state, endsOf(again.jobs)]).toEqual(passed)
  expect(again.jobs.get('migrate')?.cached).toBe(true)
})

function endsOf(jobs: Awaited<ReturnType<typeof buildEnd>>['jobs']): readonly unknown[] {
  return [...jobs.values()].map(({ step_key, state, error_message }) => [step_key, state, error_message])
}
