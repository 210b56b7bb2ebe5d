import type pg from 'pg'
import { artifactDays } from '../builds/artifacts/kept-days.ts'
import { findPipeline } from '../organizations/pipelines/store.ts'
import { actorOf } from '../platform/audit/record-audit.ts'
import { apiError, type Cursors, type Handlers, operation } from '../platform/http/index.ts'
import { ageKeyOf, readAgeKey, toPage } from '../platform/pagination/page.ts'
import type { RateLimiter } from '../platform/rate-limits/limiter.ts'
import { redeemCoupon } from './ledger/coupons.ts'
import { getBalance, listEntries, presentEntry } from './ledger/ledger.ts'
import { usageBreakdown } from './usage/breakdown.ts'
import { exportLedger, exportUsage } from './usage/export.ts'
import {
  presentPipelines,
  presentSeries,
  sumArtifacts,
  sumUsage,
  sumUsageByDay,
  sumUsageByPipeline,
} from './usage/usage.ts'
import { readWindow } from './usage/window.ts'

const mostDays = 366
const mostBreakdownDays = 92

type LedgerOperation = 'getBillingBalance' | 'listBillingTransactions' | 'exportBilling' | 'redeemCoupon'
type UsageOperation = 'getBillingUsage' | 'getBillingUsageSeries' | 'getBillingUsageBreakdown' | 'getUsageByPipeline'

interface BillingServices {
  readonly pool: pg.Pool
  readonly cursors: Cursors
  readonly limiter: RateLimiter
}

/** Balance, ledger, usage and coupons of an organization. */
export function billingRoutes(services: BillingServices): Pick<Handlers, LedgerOperation | UsageOperation> {
  return { ...ledgerRoutes(services), ...usageRoutes(services) }
}

function ledgerRoutes(services: BillingServices): Pick<Handlers, LedgerOperation> {
  const { pool, cursors } = services
  return {
    getBillingBalance: operation('getBillingBalance', async ({ membership }) => ({
      status: 200,
      body: { balance_cents: await getBalance(pool, membership.organizationId) },
    })),
    listBillingTransactions: operation('listBillingTransactions', async ({ membership, query }) => {
      const { limit, cursor, source = null } = query
      const list = {
        operationId: 'listBillingTransactions',
        owner: membership.organizationId,
        filters: source === null ? {} : { source },
      }
      const after = readAgeKey(cursors.decode(list, cursor))
      const filter = { source, from: null, to: null }
      const rows = await listEntries(pool, membership.organizationId, filter, { after, limit: limit + 1 })
      return { status: 200, body: toPage(rows, limit, cursors, list, { keyOf: ageKeyOf, present: presentEntry }) }
    }),
    redeemCoupon: operation('redeemCoupon', async (context) => {
      const { userId } = context.caller
      const by = { actor: actorOf(context), userId, organizationId: context.membership.organizationId }
      return { status: 200, body: await redeemCoupon(services, by, context.body.code) }
    }),
    exportBilling: operation('exportBilling', async ({ membership, query }) => {
      const window = readWindow(query, mostDays)
      const kind = query.kind ?? 'ledger'
      const name = `${membership.organizationSlug}-${kind}.csv`
      const write = kind === 'ledger' ? exportLedger : exportUsage
      return {
        status: 200,
        mediaType: 'text/csv',
        headers: {
          'content-type': 'text/csv; charset=utf-8; header=present',
          'content-disposition': `attachment; filename="${name}"`,
        },
        open: () => write(pool, membership.organizationId, window),
      }
    }),
  }
}

function usageRoutes({ pool, cursors }: BillingServices): Pick<Handlers, UsageOperation> {
  return {
    getBillingUsage: operation('getBillingUsage', async ({ membership, query }) => {
      const window = readWindow(query, mostDays)
      const [sums, artifacts] = await Promise.all([
        sumUsage(pool, membership.organizationId, window),
        artifactDays(pool, membership.organizationId, window),
      ])
      return { status: 200, body: { ...sums, artifact_gb_days: sumArtifacts(artifacts) } }
    }),
    getBillingUsageSeries: operation('getBillingUsageSeries', async ({ membership, query }) => {
      const window = readWindow(query, mostDays)
      const [rows, artifacts] = await Promise.all([
        sumUsageByDay(pool, membership.organizationId, window),
        artifactDays(pool, membership.organizationId, window),
      ])
      return { status: 200, body: { data: presentSeries(rows, artifacts, window) } }
    }),
    getBillingUsageBreakdown: operation('getBillingUsageBreakdown', async ({ membership, query }) => {
      const { organizationId } = membership
      const window = readWindow(query, mostBreakdownDays)
      const pipelineId =
        query.pipeline === undefined ? null : ((await findPipeline(pool, organizationId, query.pipeline))?.id ?? '')
      if (pipelineId === '')
        throw apiError('query_invalid', '`pipeline` must be the slug of a pipeline of this organization.')
      const list = {
        operationId: 'getBillingUsageBreakdown',
        owner: organizationId,
        filters: { from: window.from.toISOString(), to: window.to.toISOString(), pipeline: pipelineId ?? '' },
      }
      const after = cursors.decode(list, query.cursor)
      const { data, next } = await usageBreakdown(pool, organizationId, window, {
        pipelineId,
        after,
        limit: query.limit,
      })
      return { status: 200, body: { data, next_cursor: next === null ? null : cursors.encode(list, next) } }
    }),
    getUsageByPipeline: operation('getUsageByPipeline', async ({ membership, query }) => {
      const window = readWindow(query, mostDays)
      const rows = await sumUsageByPipeline(pool, membership.organizationId, window)
      return { status: 200, body: { data: presentPipelines(rows, window) } }
    }),
  }
}
