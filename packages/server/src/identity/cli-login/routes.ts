import type pg from 'pg'
import { actorOf } from '../../platform/audit/record-audit.ts'
import { type Handlers, operation } from '../../platform/http/index.ts'
import type { RateLimiter } from '../../platform/rate-limits/limiter.ts'
import { claimLogin, parkUnderCode, parkUnderNonce, redeemLogin } from './cli-login.ts'

/** Signing in the CLI with the web app's session (`http.md` 3.3). */
export function cliLoginRoutes(services: {
  readonly pool: pg.Pool
  readonly limiter: RateLimiter
}): Pick<Handlers, 'cliTransfer' | 'cliClaim' | 'cliCode' | 'cliRedeem'> {
  const { pool, limiter } = services
  return {
    cliTransfer: operation('cliTransfer', async (context) => {
      await limiter.take('cli_grant_user', context.caller.userId)
      await parkUnderNonce(pool, actorOf(context), context.caller, context.body.nonce)
      return { status: 204 }
    }),
    cliClaim: operation('cliClaim', async (context) => ({
      status: 200,
      body: { token: await claimLogin(services, context, context.body.nonce) },
    })),
    cliCode: operation('cliCode', async (context) => {
      await limiter.take('cli_grant_user', context.caller.userId)
      return { status: 200, body: { code: await parkUnderCode(pool, actorOf(context), context.caller) } }
    }),
    cliRedeem: operation('cliRedeem', async (context) => ({
      status: 200,
      body: { token: await redeemLogin(services, context, context.body.code) },
    })),
  }
}
