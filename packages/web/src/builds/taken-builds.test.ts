import { type InfiniteData, InfiniteQueryObserver, QueryClient } from '@tanstack/react-query'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Schema } from '../api/schemas.ts'
import type { BuildSummary } from './filters.ts'
import { type BuildPages, insertBuild, isMissing, listedBuilds, replaceBuild } from './merge-build.ts'
import { TakenBuilds } from './taken-builds.ts'

type Page = Schema<'BuildSummaryList'>

const queryKey = ['builds', 'acme']

function made(number: number, state: BuildSummary['state'], version: number): BuildSummary {
  const created_at = new Date(Date.UTC(2026, 0, 1, 0, number)).toISOString()
  return { number, pipeline_slug: 'ci', state, created_at, version, failed_step: null, queue_ms: 0, run_ms: 0 }
}

/** A list in a client, whose reads end when the test answers them. */
function openList() {
  const client = new QueryClient()
  const reads: ((page: Page) => void)[] = []
  const observer = new InfiniteQueryObserver<
    Page,
    Error,
    InfiniteData<Page, string | null>,
    readonly unknown[],
    string | null
  >(client, {
    queryKey,
    queryFn: () => new Promise((resolve) => reads.push(resolve)),
    initialPageParam: null,
    getNextPageParam: ({ next_cursor }) => next_cursor ?? null,
  })
  const taken = new TakenBuilds<BuildPages>(client, queryKey, (pages, build) =>
    isMissing(pages, build, {}) ? insertBuild(pages, build) : replaceBuild(pages, build),
  )
  const leave = [observer.subscribe(() => undefined), taken.watch()]
  const answer = async (data: BuildSummary[], next_cursor: string | null = null) => {
    await expect.poll(() => reads.length).toBe(1)
    reads.pop()?.({ data, next_cursor })
  }
  const listed = () =>
    listedBuilds(client.getQueryData<BuildPages>(queryKey)).map(({ number, state }) => `${number} ${state}`)
  return {
    ...{ client, observer, taken, answer, listed },
    close() {
      for (const end of leave) end()
      client.clear()
    },
  }
}

let list: ReturnType<typeof openList>
beforeEach(() => {
  list = openList()
})
afterEach(() => list.close())

test('web D2 builds that change while more are loaded keep their newer state, and new ones stay listed', async () => {
  await list.answer([made(2, 'running', 1)], 'more')
  await expect.poll(list.listed).toEqual(['2 running'])
  const loaded = list.observer.fetchNextPage()
  list.taken.take(made(2, 'passed', 5))
  list.taken.take(made(3, 'running', 1))
  await list.answer([made(1, 'failed', 7)])
  await loaded
  expect(list.listed()).toEqual(['3 running', '2 passed', '1 failed'])
})

test('web D2 a read that began before an event does not undo it, and a newer read does', async () => {
  // The first read of a list is under way.
  list.taken.take(made(2, 'running', 2))
  await list.answer([made(1, 'running', 1)])
  await expect.poll(list.listed).toEqual(['2 running', '1 running'])
  const again = list.client.refetchQueries({ queryKey })
  list.taken.take(made(2, 'passed', 5))
  list.taken.take(made(2, 'running', 3))
  await list.answer([made(2, 'running', 2), made(1, 'failed', 4)])
  await again
  expect(list.listed()).toEqual(['2 passed', '1 failed'])
  const last = list.client.refetchQueries({ queryKey })
  await list.answer([made(1, 'passed', 6)])
  await last
  expect(list.listed()).toEqual(['1 passed'])
})

test('a build that was taken during an abandoned read is not put into the answer of a later one', async () => {
  await list.answer([made(1, 'running', 1)])
  await expect.poll(list.listed).toEqual(['1 running'])
  const abandoned = list.client.refetchQueries({ queryKey })
  list.taken.take(made(2, 'running', 1))
  await list.client.cancelQueries({ queryKey })
  await abandoned
  expect(list.listed()).toEqual(['2 running', '1 running'])
  await list.answer([])
  const later = list.client.refetchQueries({ queryKey })
  await list.answer([made(1, 'passed', 2)])
  await later
  expect(list.listed()).toEqual(['1 passed'])
})
