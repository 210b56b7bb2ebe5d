import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Upgrade } from '../platform/http/index.ts'

/** Serves runners on other machines. */
export interface RunnerEntrance {
  /** Answers a request of a runner. */
  answer(request: FastifyRequest, reply: FastifyReply): Promise<unknown>
  /** Takes the connection of a shell that a runner was asked for. */
  readonly enterShell: Upgrade['enter']
}

/** Loads what runners need with the first request of one: most servers have none. */
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
