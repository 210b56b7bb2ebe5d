import { ir, playJob } from '../testing/runner.ts'
import { ownerToken, type TestServer } from '../testing/server.ts'

export interface Made {
  readonly id: string
  readonly number: number
}

/** Creates a build of one step, and ends it with that exit code. */
export async function endedBuild(it: TestServer, slug: string, exitCode: number, branch = 'main'): Promise<Made> {
  const path = `/api/v0/organizations/default/pipelines/${slug}/builds`
  const body = { branch, commit: 'c0ffee', message: `Sell <more>\nAt once`, pipeline_ir: ir({ key: 'test', cmd: 'x' }) }
  const { body: made } = await it.request<Made>(ownerToken, 'POST', path, body)
  await (await playJob(it)).end({ exitCode })
  return made
}

const path = '/api/v0/organizations/default/notifications'

export interface MadeNotification {
  readonly notification: { readonly id: string }
  readonly secret: string
}

export async function newNotification(it: TestServer, body: object): Promise<MadeNotification> {
  const wish = { kind: 'webhook', events: ['finished'], ...body }
  const made = await it.request<MadeNotification>(ownerToken, 'POST', path, wish)
  if (made.status !== 201) throw new Error(`the notification was not made: ${JSON.stringify(made.body)}`)
  return made.body
}

export interface Logged {
  readonly id: string
  readonly type: string
  readonly state: string
  readonly attempts: number
  readonly last_status: number | null
  readonly last_answer: string | null
  readonly next_attempt_at: string | null
  readonly body: string
}

/** Returns the log of a notification, newest first. */
export async function logOf(it: TestServer, id: string): Promise<readonly Logged[]> {
  return (await it.request<{ data: Logged[] }>(ownerToken, 'GET', `${path}/${id}/deliveries?limit=100`)).body.data
}
