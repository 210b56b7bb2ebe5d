import { completeBuild, completeFindings, completeLines } from '../api/complete.ts'
import type { Schema } from '../api/schemas.ts'

/**
 * An event of the server. The app also creates `resync` events, when it may have missed something.
 */
export type LiveEvent =
  | ({ readonly type: 'build' } & Schema<'EventOfBuild'>)
  | ({ readonly type: 'job' } & Schema<'EventOfJob'>)
  | ({ readonly type: 'log' } & Schema<'EventOfLog'>)
  | ({ readonly type: 'end' } & Schema<'EventOfEnd'>)
  | ({ readonly type: 'resync' } & Schema<'EventOfResync'>)

export const liveEventTypes = ['build', 'job', 'log', 'end', 'resync'] as const satisfies readonly LiveEvent['type'][]

/** Parses and completes an event; null if it cannot be parsed. */
export function readLiveEvent(type: LiveEvent['type'], data: string): LiveEvent | null {
  const event = { type, ...parsed(data) } as LiveEvent
  switch (event.type) {
    case 'build':
      return isThere(event.build) ? { ...event, build: completeBuild(event.build) } : null
    case 'job':
      return isThere(event.job) ? event : null
    case 'log':
      return isThere(event.job_id) ? completeFindings(completeLines(event)) : null
    case 'end':
    case 'resync':
      return isThere(event.topic) ? event : null
  }
}

/** Returns the server time of a heartbeat; empty if it has none. */
export function serverTimeOf(data: string): string {
  const { server_time }: Partial<Schema<'EventOfBeat'>> = parsed(data)
  return server_time ?? ''
}

function parsed(data: string): object {
  try {
    const value: unknown = JSON.parse(data)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}

function isThere(member: unknown): boolean {
  return member !== null && member !== undefined
}

/** Returns the keys of the topics that an event belongs to (`keyOfTopic`). */
export function topicsOfEvent(event: LiveEvent): readonly string[] {
  switch (event.type) {
    case 'build':
      return ['builds', `build:${event.pipeline_slug}/${event.build.number}`]
    case 'job':
      return [`build:${event.pipeline_slug}/${event.number}`]
    case 'log':
      return [`log:${event.job_id}`]
    case 'end':
    case 'resync':
      return [keyOfTopic(event.topic)]
  }
}

/** Returns a topic without its line: `log:{job_id}` of `log:{job_id}@{line}`. */
export function keyOfTopic(topic: string): string {
  return topic.startsWith('log:') ? topic.replace(/@.*$/, '') : topic
}

/** Returns the line from which a log topic requests events; 1 by default. */
export function lineOfTopic(topic: string): number {
  const line = /^log:.*@(\d{1,15})$/.exec(topic)?.[1]
  return Math.max(Number(line ?? 1), 1)
}

/** Whether the topic is a log, whose position prevents gaps. */
export function isLogKey(key: string): boolean {
  return key.startsWith('log:')
}

/** Returns the object of an event and its version; null if it has none. */
export function versionOfEvent(event: LiveEvent): { readonly id: string; readonly version: number } | null {
  if (event.type === 'build') return { id: `build ${event.build.id}`, version: event.build.version }
  if (event.type === 'job') return { id: `job ${event.job.id}`, version: event.job.version }
  return null
}
