/** Describes an event, as JSON for programs and as text for people. */
import type { BuildState } from '@harmont/engine'
import { formatInstant, formatOptionalInstant } from '../platform/input/instant.ts'
import type { BuildFacts } from './facts.ts'
import type { Event } from './notification.ts'

/** An event of a build, as one notification reports it. */
export interface ToldEvent {
  readonly event: Event
  /** The effect of the build's end on its branch, even if the notification is for `finished`. */
  readonly change: 'broke' | 'fixed' | null
  readonly at: Date
  readonly state: BuildState
  readonly build: BuildFacts
  readonly url: string
  /** Titles of the tests that were proved flaky. */
  readonly tests: readonly string[]
  /** The total number of flaky tests. */
  readonly testCount: number
}

/** Returns the name of an event in webhook messages. */
export function typeOf(event: Event | 'test'): string {
  if (event === 'flaky') return 'test.flaky'
  return event === 'test' ? 'notification.test' : `build.${event}`
}

/** Returns the body of a webhook message, in the form recommended by Standard Webhooks. */
export function webhookBody({ event, change, at, state, build, url, tests, testCount }: ToldEvent): string {
  const { pull_request: pullRequest } = build
  return JSON.stringify({
    type: typeOf(event),
    timestamp: formatInstant(at),
    data: {
      organization: build.organization,
      pipeline: { slug: build.pipeline, name: build.pipeline_name },
      build: {
        id: build.id,
        number: build.number,
        url,
        state,
        event: build.event,
        branch: build.branch,
        tag: build.tag,
        commit: build.commit,
        message: build.message,
        author: build.author,
        pull_request: pullRequest && { number: pullRequest.number, title: pullRequest.title, url: pullRequest.url },
        error_code: build.error_code,
        created_at: formatInstant(build.created_at),
        started_at: formatOptionalInstant(build.started_at),
      },
      change,
      failed_steps: build.failed_steps,
      ...(event === 'flaky' ? { tests, test_count: testCount } : {}),
    },
  })
}

/** An event as text. */
export interface Words {
  /** `ci #12`. */
  readonly build: string
  /** The predicate after the build's name: `broke main`. */
  readonly does: string
  /** Further lines, with names chosen by users. */
  readonly more: readonly string[]
}

export function wordsOf(told: ToldEvent): Words {
  const { build, event } = told
  const commit = [build.commit.slice(0, 7), firstLine(build.message), build.author].filter((part) => part !== null)
  return {
    build: `${build.pipeline} #${build.number}`,
    does: doesOf(told),
    more: [...(event === 'flaky' ? testsOf(told) : stepsOf(told)), commit.join(' · ')],
  }
}

function doesOf({ event, state, build, testCount }: ToldEvent): string {
  const ref = refOf(build)
  switch (event) {
    case 'broke':
      return `broke ${ref}`
    case 'fixed':
      return `fixed ${ref}`
    case 'approval':
      return `waits for approval: ${ref} comes from a fork`
    case 'flaky':
      return `proved ${testCount === 1 ? 'a test' : `${testCount} tests`} flaky`
    case 'finished':
      return `${state === 'canceled' ? 'was canceled' : state} on ${ref}`
  }
}

function refOf({ pull_request: pullRequest, tag, branch }: BuildFacts): string {
  if (pullRequest !== null) return `pull request ${pullRequest.number}`
  return tag === null ? branch : `tag ${tag}`
}

function stepsOf({ state, build: { failed_steps: steps, error_code: code } }: ToldEvent): readonly string[] {
  if (state !== 'failed') return []
  if (steps.length > 0) return [`Failed: ${steps.join(', ')}`]
  return code === null ? [] : [`Failed: ${code}`]
}

function testsOf({ tests, testCount }: ToldEvent): readonly string[] {
  const more = testCount - tests.length
  return [...tests, ...(more > 0 ? [`and ${more} more`] : [])]
}

function firstLine(message: string | null): string | null {
  const line = message?.trim().split('\n')[0]?.slice(0, 120) ?? ''
  return line === '' ? null : line
}
