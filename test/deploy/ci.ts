/** Uses the API of an installation through curl, like a user's script. */
import { until } from '@harmont/test-kit/until'
import { flatIr } from '../product.ts'

export interface Installation {
  readonly url: string
  readonly token: string
  /** Runs curl in a place from which the server is reachable. */
  curl(...args: readonly string[]): Promise<string>
}

interface Job {
  readonly state: string
  readonly attempt: number
}

export interface Ci {
  /**
   * Starts a build with a step for each command, and returns its number. With a parent's command,
   * the steps start from that step's files.
   */
  submit(commands: readonly string[], parent?: string): Promise<number>
  /** Waits until each job of a build is in one of the states; returns the jobs. */
  untilAll(number: number, ...states: readonly string[]): Promise<readonly Job[]>
}

/** Creates the pipeline of the builds and returns functions that start and follow them. */
export async function openCi({ url, token, curl }: Installation): Promise<Ci> {
  async function ask<T>(method: string, path: string, body?: object): Promise<T> {
    const headers = ['--header', `authorization: Bearer ${token}`, '--header', 'content-type: application/json']
    const sent = body === undefined ? [] : ['--data', JSON.stringify(body)]
    const line = ['--silent', '--show-error', '--fail-with-body', '--request', method, ...headers, ...sent]
    return JSON.parse(await curl(...line, `${url}/api/v0/organizations/default${path}`)) as T
  }
  await ask('POST', '/pipelines', { name: 'ci', repository: 'local/ci', default_branch: 'main' })
  return {
    async submit(commands, parent) {
      const from = parent === undefined ? {} : { builds_in: 'parent' }
      const children = commands.map((cmd, index) => ({ key: `step-${index}`, cmd, ...from }))
      const steps = parent === undefined ? children : [{ key: 'parent', cmd: parent }, ...children]
      const build = { branch: 'main', commit: '0'.repeat(40), pipeline_ir: flatIr(steps) }
      return (await ask<{ readonly number: number }>('POST', '/pipelines/ci/builds', build)).number
    },
    untilAll: (number, ...states) =>
      until(
        async () => (await ask<{ readonly data: readonly Job[] }>('GET', `/pipelines/ci/builds/${number}/jobs`)).data,
        (jobs) => jobs.length > 0 && jobs.every(({ state }) => states.includes(state)),
        { timeoutMs: 600_000, restMs: 300 },
      ),
  }
}

/** Returns a command that waits for a file in its sandbox, which `letGo` creates. */
export const waiting = (name: string) => `echo before; until [ -e /tmp/${name} ]; do sleep 0.1; done; echo after`
/** Returns shell text that creates this file in all sandboxes of a machine. */
export const letGo = (name: string) =>
  `for root in /proc/[0-9]*/root; do [ -d $root/tmp ] && touch $root/tmp/${name}; done; true`
