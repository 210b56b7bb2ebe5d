/**
 * Compares `docs/guarantees.md` with the tests: each promise names tests that carry its number,
 * and no tested promise says "Not tested yet".
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import process from 'node:process'

const page = 'docs/guarantees.md'

/** A promise of the page. */
interface Promised {
  readonly number: string
  /** The files that it links to, relative to the root of the repository. */
  readonly files: readonly string[]
  readonly isUntested: boolean
}

/** Returns the promises of the page: list items that begin with a number in bold. */
export function promisesOf(text: string): readonly Promised[] {
  return text.split(/^(?=- )/m).flatMap((item) => {
    const number = /^- \*\*(G\d{2,3})\*\* /.exec(item)?.[1]
    if (number === undefined) return []
    const files = [...item.matchAll(/\]\(\.\.\/([^)#]+)\)/g)].map((match) => match[1] ?? '')
    return [{ number, files, isUntested: item.includes('Not tested yet') }]
  })
}

/** Returns the numbers at the beginning of test names, as in 'G02 G15 …'. */
export function numbersIn(source: string): ReadonlySet<string> {
  const names = source.matchAll(/['"`]((?:G\d{2,3} )+)/g)
  return new Set([...names].flatMap((match) => (match[1] ?? '').trim().split(' ')))
}

/** Returns one sentence for each disagreement between the page and the tests. */
export function disagreements(text: string, sources: ReadonlyMap<string, string>): string[] {
  const promises = promisesOf(text)
  const known = new Set(promises.map(({ number }) => number))
  const tested = new Map<string, string>()
  for (const [file, source] of sources) for (const number of numbersIn(source)) tested.set(number, file)
  const unknown = [...tested].filter(([number]) => !known.has(number))
  return [
    ...unknown.map(([number, file]) => `${file}: ${number} is no promise of ${page}`),
    ...promises.flatMap(({ number, files, isUntested }) => [
      ...files
        .filter((file) => !numbersIn(sources.get(file) ?? '').has(number))
        .map((file) => `${page}: ${number} names ${file}, where no test carries that number`),
      ...(isUntested && tested.has(number)
        ? [`${page}: ${number} says "Not tested yet", but ${tested.get(number)} has a test of it`]
        : []),
      ...(files.length === 0 && !isUntested
        ? [`${page}: ${number} names no test; without one it says "Not tested yet"`]
        : []),
    ]),
  ]
}

if (import.meta.main) {
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.ts'], { encoding: 'utf8' }).split('\n')
  const isTest = (file: string) => /^(packages|test|contract)\//.test(file) && existsSync(file)
  const sources = new Map(files.filter(isTest).map((file) => [file, readFileSync(file, 'utf8')]))
  const wrong = disagreements(readFileSync(page, 'utf8'), sources)
  for (const sentence of wrong) console.error(sentence)
  process.exit(wrong.length === 0 ? 0 : 1)
}
