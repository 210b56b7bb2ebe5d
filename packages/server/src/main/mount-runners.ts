import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Upgrade } from '../platform/http/index.ts'

/** Serves runners on other machines. */
export interface RunnerEntrance {
  /** Answers a request of a runner. */
  answer(request: FastifyRequest, reply: FastifyReply): Promise<unknown>
  /** Accepts the connection of a runner that was asked to open a shell. */
  readonly enterShell: Upgrade['enter']
}

/** Loads the code for runners at their first request, since most servers have no remote runner. */
export function lateEntrance(load: () => Promise<RunnerEntrance>): RunnerEntrance {
  let loading: Promise<RunnerEntrance> | undefined
  const entrance = () => {
    loading ??= load()
    return loading
  }
  return {
    answer: async (request, reply) => (await entrance()).answer(request, reply),
    enterShell: async (request) => (await entrance()).enterShell(request),
  }
}

export function mountRunners(app: FastifyInstance, { answer }: RunnerEntrance): void {
  app.all('/runners/v1/*', answer)
}
