import { chooseArtifacts } from '../artifacts/choose.ts'
import { steadyBytes } from '../artifacts/steady-bytes.ts'
import type { Context } from '../context.ts'
import { exits, HmError } from '../errors.ts'
import { Answer, isPlainName } from './answer.ts'
import { type BuildWish, numberOf, openBuild } from './open-build.ts'
import type { SeenArtifact, SeenBuild } from './seen-build.ts'

/** Maximum number of artifact bytes read for an answer. */
const pageBytes = 12 * 1024

type Wish = BuildWish & {
  readonly step?: string | undefined
  readonly path?: string | undefined
  readonly cursor?: string | undefined
}

/** `artifact`: lists the artifacts of the steps, or reads one text file. */
export async function artifact(context: Context<'mcp'>, wish: Wish): Promise<string> {
  const build = await openBuild(context, wish)
  const all = await build.artifacts()
  const from = numberOf(wish.cursor, 0)
  if (wish.path === undefined) return listed(build, all, from)
  const [only, ...others] = chooseArtifacts(all, { artifact: wish.path, step: wish.step })
  if (only === undefined || others.length > 0)
    throw new HmError(exits.usage, 'usage', `this path matches ${others.length + 1} artifacts`, {
      fix: 'pass the full path and the step',
    })
  const answer = new Answer()
  const read = await readFrom(only, from, context.signal)
  if (read.includes(0)) {
    answer.say(`The artifact has ${only.bytes} bytes and is not text. \`hm artifact get\` writes it to a file.`)
    return answer.text()
  }
  answer.say(`${build.named}: an artifact of ${only.bytes} bytes, from byte ${from}.`)
  let next = from
  for (const { line, bytes } of wholeLines(read, from + read.length >= only.bytes)) {
    if (!answer.data(line)) break
    next += bytes
  }
  // Paths and keys come from the repository.
  const named = Object.entries({ step: wish.step, path: wish.path }).filter(([, name]) => isPlainName(name ?? ''))
  const call = { ...build.call, ...Object.fromEntries(named), cursor: String(next) }
  if (next < only.bytes) answer.next('artifact', call, 'goes on, with the same path')
  return answer.text()
}

function listed(build: SeenBuild, all: readonly SeenArtifact[], from: number): string {
  const answer = new Answer()
  answer.say(`${build.named}: ${all.length} artifacts.`)
  const lines = all.slice(from).map(({ step, path, bytes, sha256, isExpired }) => {
    const facts = [
      `step ${step}`,
      `${bytes} bytes`,
      `SHA-256 ${sha256.slice(0, 12)}`,
      ...(isExpired ? ['expired'] : []),
    ]
    return `${path} (${facts.join(', ')})`
  })
  const told = from + answer.dataLines(lines)
  if (told < all.length) answer.next('artifact', { ...build.call, cursor: String(told) }, 'goes on')
  return answer.text()
}

async function readFrom({ open, bytes: size }: SeenArtifact, from: number, signal: AbortSignal): Promise<Buffer> {
  const end = Math.min(size, from + pageBytes)
  const parts: Buffer[] = []
  for await (const { bytes, start } of steadyBytes(open, from, size, signal)) {
    // Reads of local artifacts always begin at 0.
    parts.push(Buffer.from(bytes).subarray(Math.max(0, from - start), Math.max(0, end - start)))
    if (start + bytes.length >= end) break
  }
  return Buffer.concat(parts)
}

/**
 * Splits bytes into lines, each with its length in bytes. Only the last page ends with an
 * unfinished line.
 */
function wholeLines(bytes: Buffer, isLast: boolean): { readonly line: string; readonly bytes: number }[] {
  const lines: { readonly line: string; readonly bytes: number }[] = []
  let from = 0
  for (let to = bytes.indexOf(10); to !== -1; to = bytes.indexOf(10, from)) {
    lines.push({ line: bytes.toString('utf8', from, to), bytes: to + 1 - from })
    from = to + 1
  }
  // A page without a line feed is a single line; otherwise no page could follow it.
  if (from < bytes.length && (isLast || lines.length === 0))
    lines.push({ line: bytes.toString('utf8', from), bytes: bytes.length - from })
  return lines
}
