import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** Answers a request of a runner. */
export type AnswerRunner = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>

/**
 * Serves runners on other machines. What they need is loaded with the first request of one: most
 * servers have none.
 */
export function mountRunners(app: FastifyInstance, load: () => Promise<AnswerRunner>): void {
  let loading: Promise<AnswerRunner> | undefined
  app.all('/runners/v1/*', async (request, reply) => {
    loading ??= load()
    return (await loading)(request, reply)
  })
}
