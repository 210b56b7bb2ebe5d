/** A topic of an organization's stream (`web.md` 17). */
export type Topic =
  | { readonly kind: 'builds' | 'runners'; readonly name: string }
  | { readonly kind: 'build'; readonly name: string; readonly slug: string; readonly number: number }
  /** Requests the lines from this one on. */
  | { readonly kind: 'log'; readonly name: string; readonly jobId: string; readonly line: number }

const most = { build: 8, log: 4 } as const

/** Parses topics separated by commas; returns an error as the rest of a sentence. */
export function parseTopics(text: string): readonly Topic[] | { readonly problem: string } {
  const topics: Topic[] = []
  for (const name of text.split(',')) {
    const topic = parseTopic(name)
    if (topic === undefined)
      return {
        problem: 'must name `builds`, `runners`, `build:{slug}/{number}` or `log:{job_id}@{line}`, separated by commas',
      }
    if (topics.some((other) => isSame(other, topic))) return { problem: 'must not name a topic twice' }
    topics.push(topic)
  }
  for (const kind of ['build', 'log'] as const) {
    const count = topics.filter((topic) => topic.kind === kind).length
    if (count > most[kind]) return { problem: `must name at most ${most[kind]} topics \`${kind}:\`; got ${count}` }
  }
  return topics
}

function parseTopic(name: string): Topic | undefined {
  if (name === 'builds' || name === 'runners') return { kind: name, name }
  const [, slug, number] = /^build:([a-z0-9-]{1,100})\/([1-9]\d{0,8})$/.exec(name) ?? []
  if (slug !== undefined) return { kind: 'build', name, slug, number: Number(number) }
  const [, jobId, line] = /^log:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@([1-9]\d{0,9})$/i.exec(name) ?? []
  return jobId === undefined ? undefined : { kind: 'log', name, jobId: jobId.toLowerCase(), line: Number(line) }
}

function isSame(one: Topic, other: Topic): boolean {
  if (one.kind === 'log') return other.kind === 'log' && other.jobId === one.jobId
  return one.name === other.name
}
