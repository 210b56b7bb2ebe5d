import { setTimeout as sleep } from 'node:timers/promises'
import { firstWord } from './commands.ts'

/** Client of Buildbot's REST interface, which polls every 10 ms. */
export function buildbotApi(base: string) {
  const get = async (path: string): Promise<Response> => {
    // Buildbot closes idle connections, even while a request is on its way.
    const answer = await fetch(base + path, { headers: { connection: 'close' } })
    if (!answer.ok) throw new Error(`${path} → ${answer.status}`)
    return answer
  }
  const list = async <T>(path: string, name: string): Promise<T[]> =>
    ((await (await get(path)).json()) as Readonly<Record<string, T[]>>)[name] ?? []
  const until = async <T>(read: () => Promise<T | undefined>): Promise<T> => {
    for (const deadline = Date.now() + 300_000; Date.now() < deadline; await sleep(10)) {
      const value = await read()
      if (value !== undefined) return value
    }
    throw new Error('Buildbot does not answer within five minutes')
  }
  const stepLog = (request: number) =>
    until(async () => {
      const [build] = await list<{ buildid: number }>(`/builds?buildrequestid=${request}`, 'builds')
      if (build === undefined) return undefined
      const [step] = (await list<{ stepid: number; name: string }>(`/builds/${build.buildid}/steps`, 'steps')).filter(
        ({ name }) => name === 'shell' || name.startsWith("'sh"),
      )
      if (step === undefined) return undefined
      return (await list<{ logid: number }>(`/steps/${step.stepid}/logs`, 'logs'))[0]?.logid
    })
  const force = (builder: string) => forceBuild(base, builder)
  const ended = async (request: number): Promise<undefined> => {
    const { results } = await until(async () => {
      const [found] = await list<{ complete: boolean; results: number }>(`/buildrequests/${request}`, 'buildrequests')
      return found?.complete ? found : undefined
    })
    if (results !== 0) throw new Error(`the build ended with ${results}`)
  }
  return {
    force,
    ended,
    ready: () =>
      until(() =>
        list('/workers', 'workers').then(
          ([first]) => first,
          () => undefined,
        ),
      ),
    async rawLog(request: number) {
      await ended(request)
      return (await get(`/logs/${await stepLog(request)}/raw`)).text()
    },
    async firstLine() {
      const began = performance.now()
      const log = await stepLog(await force('line'))
      return until(async () => {
        const text = await (await get(`/logs/${log}/raw`)).text()
        return text.includes(`${firstWord}\n`) ? performance.now() - began : undefined
      })
    },
  }
}

/** Starts a build. Returns the id of its request. */
async function forceBuild(base: string, builder: string): Promise<number> {
  const body = JSON.stringify({ id: 1, jsonrpc: '2.0', method: 'force', params: { builderNames: [builder] } })
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`${base}/forceschedulers/force-${builder}`, { method: 'POST', headers, body })
  const { result, error } = (await answer.json()) as { result?: [number, Record<string, number>]; error?: unknown }
  const request = Object.values(result?.[1] ?? {})[0]
  if (request === undefined) throw new Error(`Buildbot takes no build: ${JSON.stringify(error)}`)
  return request
}
