import type { Context } from '../context.ts'
import { localHome } from '../records/home.ts'
import { endOf, stepsOf } from '../records/run-record.ts'
import { readRecords } from '../records/run-records.ts'
import { pipelineAddress } from '../server/address.ts'
import { openSession } from '../server/session.ts'
import { duration } from '../terminal/amounts.ts'
import { Answer, quoted } from './answer.ts'
import { numberOf } from './open-build.ts'

interface Wish {
  readonly pipeline?: string | undefined
  readonly server?: boolean | undefined
  readonly state?: 'passed' | 'failed' | 'canceled' | 'running' | undefined
  readonly cursor?: string | undefined
}

const pageSize = 30

/** `builds`: lists the local runs, or the builds of a pipeline on the server, newest first. */
export async function builds(context: Context<'mcp'>, wish: Wish): Promise<string> {
  const pipeline = wish.pipeline ?? context.flags.pipeline
  const isOnServer = wish.server === true || pipeline !== undefined
  return isOnServer ? ofServer(context, { ...wish, pipeline }) : ofMachine(context, wish)
}

function ofMachine({ cacheDirectory, directory }: Context<'mcp'>, { state, cursor }: Wish): string {
  const all = readRecords(localHome(cacheDirectory).runs, directory)
  const stateOf = (run: (typeof all)[number]) => endOf(run.events)?.state ?? 'running'
  const runs = state === undefined ? all : all.filter((run) => stateOf(run) === state)
  const answer = new Answer()
  answer.say(`${runs.length} ${state ?? 'recorded'} runs of this project on this machine, newest first.`)
  const from = numberOf(cursor, 0)
  const told = answer.dataLines(
    runs.slice(from).map((run) => {
      const failed = stepsOf(run.events).filter(({ state, softFailed }) => state === 'failed' && !softFailed)
      const end = endOf(run.events)
      const parts = [
        `#${run.number} ${stateOf(run)}`,
        `pipeline ${run.slug}`,
        run.branch === null ? null : `branch ${run.branch}`,
        new Date(run.startedAt).toISOString(),
        end === null ? null : duration(end.duration_ms),
        failed.length === 0
          ? null
          : `failed: ${failed
              .slice(0, 5)
              .map(({ key }) => key)
              .join(', ')}`,
      ]
      return parts.filter((part) => part !== null).join(', ')
    }),
  )
  if (from + told < runs.length)
    answer.next('builds', { ...(state && { state }), cursor: String(from + told) }, 'goes on')
  if (runs.length === 0) {
    answer.next('run', {}, 'starts one')
    answer.next('builds', { server: true }, 'lists the builds of the server')
  }
  return answer.text()
}

async function ofServer(context: Context<'mcp'>, { pipeline: slug, state, cursor }: Wish): Promise<string> {
  const { signal } = context
  const session = await openSession(context)
  const address = await pipelineAddress(context, session, slug)
  const filter = { ...(state === undefined ? {} : { state }), ...(cursor === undefined ? {} : { cursor }) }
  const page = await session.client.listBuilds({ ...address, ...filter, limit: pageSize }, { signal })
  const answer = new Answer()
  answer.say(`Builds of the pipeline ${quoted(address.pipeline, 'that was named')} on the server, newest first.`)
  const told = answer.dataLines(
    page.data.map(({ number, state: now, branch, commit, created_at, message }) => {
      const parts = [`#${number} ${now}`, branch && `branch ${branch}`, commit?.slice(0, 8), created_at]
      const [said = ''] = (message ?? '').split('\n')
      return `${parts.filter((part) => part).join(', ')}${said === '' ? '' : `: ${said.slice(0, 100)}`}`
    }),
  )
  // The remaining builds are older, but no page of the server can begin at them.
  if (told < page.data.length) answer.say(`Only ${told} of ${page.data.length} fit: select one state.`)
  const call = { pipeline: address.pipeline, ...(state && { state }) }
  if (page.next_cursor != null) answer.next('builds', { ...call, cursor: page.next_cursor }, 'goes on')
  return answer.text()
}
