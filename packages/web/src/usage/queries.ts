import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { answer, client } from '../api/client.ts'
import { completePage, listOf } from '../api/complete.ts'
import type { Days } from './days.ts'

const pageSize = 50

export const balanceQuery = (org: string) =>
  queryOptions({
    queryKey: ['usage', org, 'balance'],
    queryFn: ({ signal }) => answer(client.GET('/api/v0/billing/balance/{org}', { params: { path: { org } }, signal })),
  })

/** Reads the totals of the days. */
export const totalsQuery = (org: string, days: Days) =>
  queryOptions({
    queryKey: ['usage', org, 'totals', days],
    queryFn: ({ signal }) =>
      answer(client.GET('/api/v0/billing/usage/{org}', { params: { path: { org }, query: { ...days } }, signal })),
    placeholderData: keepPreviousData,
  })

/** Reads the usage of each day. */
export const seriesQuery = (org: string, days: Days) =>
  queryOptions({
    queryKey: ['usage', org, 'series', days],
    queryFn: async ({ signal }) => {
      const asked = { params: { path: { org }, query: { ...days } }, signal }
      return completePage(await answer(client.GET('/api/v0/billing/usage/{org}/series', asked)))
    },
    placeholderData: keepPreviousData,
  })

export const pipelinesQuery = (org: string, days: Days) =>
  queryOptions({
    queryKey: ['usage', org, 'pipelines', days],
    queryFn: async ({ signal }) => {
      const asked = { params: { path: { org }, query: { ...days } }, signal }
      const page = await answer(client.GET('/api/v0/billing/usage/{org}/pipelines', asked))
      return completePage(page, (pipeline) => ({ ...pipeline, days: listOf(pipeline.days) }))
    },
    placeholderData: keepPreviousData,
  })

/** Reads builds with their jobs, newest first, page by page. */
export const buildsQuery = (org: string, days: Days) =>
  infiniteQueryOptions({
    queryKey: ['usage', org, 'builds', days],
    queryFn: async ({ pageParam, signal }) => {
      const query = { ...days, limit: pageSize, ...(pageParam === null ? {} : { cursor: pageParam }) }
      const asked = { params: { path: { org }, query }, signal }
      const page = await answer(client.GET('/api/v0/billing/usage/{org}/breakdown', asked))
      return completePage(page, (build) => ({ ...build, jobs: listOf(build.jobs) }))
    },
    initialPageParam: null as string | null,
    getNextPageParam: ({ next_cursor }) => next_cursor ?? null,
  })

export const ledgerSources = ['stripe_topup', 'coupon_redemption', 'admin_grant', 'vm_lease_debit', 'refund'] as const
export type LedgerSource = (typeof ledgerSources)[number]

/** Reads the ledger, newest first, page by page. */
export const ledgerQuery = (org: string, source: LedgerSource | undefined) =>
  infiniteQueryOptions({
    queryKey: ['usage', org, 'ledger', source ?? null],
    queryFn: async ({ pageParam, signal }) => {
      const query = { limit: pageSize, ...(source && { source }), ...(pageParam === null ? {} : { cursor: pageParam }) }
      const asked = { params: { path: { org }, query }, signal }
      return completePage(await answer(client.GET('/api/v0/billing/transactions/{org}', asked)))
    },
    initialPageParam: null as string | null,
    getNextPageParam: ({ next_cursor }) => next_cursor ?? null,
  })

/** Reads the last credited payment; null if there is none. */
export const newestTopUpQuery = (org: string) =>
  queryOptions({
    queryKey: ['usage', org, 'newest-top-up'],
    queryFn: async ({ signal }) => {
      const query = { source: 'stripe_topup', limit: 1 } as const
      const asked = { params: { path: { org }, query }, signal }
      return completePage(await answer(client.GET('/api/v0/billing/transactions/{org}', asked))).data[0] ?? null
    },
  })

/** Returns the address of the CSV download. */
export function exportUrl(org: string, kind: 'ledger' | 'usage', { from, to }: Days): string {
  return `/api/v0/billing/export/${encodeURIComponent(org)}?${new URLSearchParams({ kind, from, to })}`
}
