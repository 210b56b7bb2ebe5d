import { STATUS_CODES } from 'node:http'
import type { DocumentedCode } from './documented-codes.ts'
import { escapeHtml } from './escape-html.ts'

/** The line above the text of a code's page: where it is met. */
export function whereMet({ status }: DocumentedCode): string {
  const where =
    status === null ? 'In <code>error_code</code> of a build or job' : `HTTP status ${status} (${STATUS_CODES[status]})`
  return `<p class="met">${where} · <a href="/docs/errors">all codes</a></p>\n`
}

/** The index of all codes, by the status with which they come. */
export function errorIndex(codes: readonly DocumentedCode[]): string {
  const byStatus = Map.groupBy(codes, ({ status }) => status)
  const statuses = [...byStatus.keys()].filter((status) => status !== null).sort((one, other) => one - other)
  const sections = statuses.map((status) =>
    section(`status-${status}`, `${status} ${STATUS_CODES[status]}`, byStatus.get(status) ?? []),
  )
  return `<h1>Error codes</h1>
<p>Every error of the API has a code in <code>error.code</code>, which never changes its meaning, and a link to its page in
<code>error.doc_url</code>. Name <code>error.request_id</code> to the operator when you ask for help: it finds the request in the server's log.</p>
${sections.join('\n')}
${section('builds', 'Builds and jobs', byStatus.get(null) ?? [])}`
}

function section(id: string, title: string, codes: readonly DocumentedCode[]): string {
  const items = codes.map(
    ({ code, meaning }) =>
      `<dt><a href="/docs/errors/${code}"><code>${code}</code></a></dt><dd>${escapeHtml(meaning)}</dd>`,
  )
  return `<h2 id="${id}">${escapeHtml(title)}</h2>\n<dl>\n${items.join('\n')}\n</dl>`
}
