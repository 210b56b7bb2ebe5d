/**
 * Checks that everything cited in comments, tests and documents exists: pages and sections of
 * `docs/design`, promises of the web app, and paths and links in Markdown.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, join, normalize } from 'node:path'
import process from 'node:process'

const design = 'docs/design'
const webPage = 'web.md'

/**
 * Returns the sections and promises of a design page: `3.1` of `### 3.1 Credentials`, `L6` of
 * `- **L6** …`.
 */
export function placesIn(page: string): ReadonlySet<string> {
  const sections = page.matchAll(/^#{2,3} (\d+(?:\.\d+)*)\.? /gm)
  const promises = page.matchAll(/^- \*\*([A-Z]\d+)\*\* /gm)
  return new Set([...sections, ...promises].map(([, place = '']) => place))
}

/** A citation of a page, or of one place in it. */
export interface Citation {
  readonly page: string
  readonly place: string | null
  readonly line: number
}

// `G` is excluded, because it marks the numbers of docs/guarantees.md.
const place = String.raw`(?:\d+(?:\.\d+)*|[A-FH-Z]\d+)\b`
const places = `${place}(?:(?:, | and | to |–)${place})*`
const cited = new RegExp(String.raw`(?<![\w/.-])([a-z][a-z-]*\.md)\x60?(?:\]\([^)]*\))?(?: (${places}))?`, 'g')
const path = /(?<![\w/.-])(?:docs|bench|packages|contract|test|scripts)\/[\w/.-]*\.md\b/g
const promise = /\bweb ((?:[A-Z]\d+\b(?:, | and | )?)+)/g
const commented = /^\s*(?:\/?\*|\/\/|#|<!--)|\/\*\*? /

/**
 * Returns the citations in one file. Code names files as data, so in code a page without a place
 * counts only in comments.
 */
export function citationsIn(source: string, isCode: boolean): readonly Citation[] {
  return source.split('\n').flatMap((text, index) => {
    const line = index + 1
    const isProse = !isCode || commented.test(text)
    const pages = [...text.matchAll(cited)].flatMap(([, page = '', list]): Citation[] => {
      if (list !== undefined) return list.split(/, | and | to |–/).map((each) => ({ page, place: each, line }))
      return isProse ? [{ page, place: null, line }] : []
    })
    const promises = [...text.matchAll(promise)].flatMap(([, list = '']) =>
      [...list.matchAll(/[A-Z]\d+/g)].map(([each]) => ({ page: webPage, place: each, line })),
    )
    const paths = isCode && isProse ? [...text.matchAll(path)].map(([page]) => ({ page, place: null, line })) : []
    return [...pages, ...paths, ...promises]
  })
}

/** Returns the anchors that GitHub derives from a Markdown page's headings. */
export function anchorsIn(page: string): ReadonlySet<string> {
  const headings = [...page.replaceAll(/^```.*?^```/gms, '').matchAll(/^#+ (.+)$/gm)]
  return new Set(
    headings.map(([, title = '']) =>
      title
        .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  )
}

/**
 * Returns the targets of a Markdown page's links inside the repository, and the paths in its code
 * spans.
 */
export function targetsIn(page: string): readonly { readonly target: string; readonly isLink: boolean }[] {
  const prose = page.replaceAll(/^```.*?^```/gms, '')
  const links = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target)
  const paths = [...prose.matchAll(/`((?:packages|scripts|contract|docs|test|bench)\/[\w./-]+)`/g)].map(
    ([, target = '']) => target,
  )
  return [
    ...links.filter((target) => !/^(?:[a-z]+:|\/)/.test(target)).map((target) => ({ target, isLink: true })),
    ...paths.map((target) => ({ target, isLink: false })),
  ]
}

/**
 * The input of the check: the citing files, and a test for the existence of a path in the
 * repository.
 */
export interface Repository {
  readonly sources: ReadonlyMap<string, string>
  exists(path: string): boolean
}

/** Returns one sentence for each broken citation. */
export function brokenCitations({ sources, exists }: Repository): string[] {
  const known = new Map(
    [...sources].filter(([file]) => dirname(file) === design).map(([file, text]) => [basename(file), placesIn(text)]),
  )
  const isPage = (page: string, from: string) =>
    known.has(page) || [dirname(from), 'docs', '.'].some((folder) => exists(join(folder, page)))
  return [...sources].flatMap(([file, text]) => {
    const isMarkdown = file.endsWith('.md')
    const citations = citationsIn(text, !isMarkdown).flatMap(({ page, place, line }) => {
      const at = `${file}:${line}`
      if (place === null) return isPage(page, file) ? [] : [`${at}: there is no page ${page}`]
      if (!known.has(page)) return [`${at}: cites ${page} ${place}, but ${design} has no ${page}`]
      return known.get(page)?.has(place) === true ? [] : [`${at}: ${page} has no ${place}`]
    })
    return isMarkdown ? [...citations, ...brokenTargets(file, text, { sources, exists })] : citations
  })
}

function brokenTargets(file: string, text: string, { sources, exists }: Repository): string[] {
  return targetsIn(text).flatMap(({ target, isLink }) => {
    const [path = '', anchor] = target.split('#')
    const to = isLink && path === '' ? file : normalize(isLink ? join(dirname(file), path) : path)
    if (!exists(to)) return [`${file}: there is no ${to}`]
    const page = anchor === undefined ? undefined : sources.get(to)
    if (page === undefined || anchor === undefined || anchorsIn(page).has(anchor)) return []
    return [`${file}: ${to} has no heading #${anchor}`]
  })
}

if (import.meta.main) {
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { encoding: 'utf8' }).trim().split('\n')
  const isRead = (file: string) =>
    /\.(?:ts|tsx|cjs|mjs|css|py|sh|sql|md)$/.test(file) &&
    !/(?:^|\/)(?:generated|fixtures|skills)\/|check-citations\.test\.ts$/.test(file) &&
    existsSync(file)
  const sources = new Map(files.filter(isRead).map((file) => [file, readFileSync(file, 'utf8')]))
  const broken = brokenCitations({ sources, exists: existsSync })
  for (const sentence of broken) console.error(sentence)
  process.exit(broken.length === 0 ? 0 : 1)
}
