import { createHash } from 'node:crypto'
import { contract, type OpenApiDocument } from '@harmont/contract'
import { type Binding, operation } from './operation.ts'

/**
 * Returns the operation that serves the contract with this server's URL. Internal operations are
 * omitted unless `view=full`.
 */
export function openApiOperation(publicUrl: string): Binding<'getOpenApiDocument'> {
  const views = new Map<string, ReturnType<typeof servedDocument>>()
  return operation('getOpenApiDocument', async ({ query: { view = 'public' }, header }) => {
    // Rendered at the first request, so that the start does not wait for it.
    const served = views.get(view) ?? servedDocument(publicUrl, view === 'full' ? contract.paths : publicPaths())
    views.set(view, served)
    const { document, etag } = served
    const headers = { etag, 'cache-control': 'public, max-age=300' }
    const known =
      header('if-none-match')
        ?.split(',')
        .map((one) => one.trim().replace(/^W\//, '')) ?? []
    return known.includes(etag) || known.includes('*')
      ? { status: 304, headers }
      : { status: 200, body: document, headers }
  })
}

function servedDocument(
  publicUrl: string,
  paths: OpenApiDocument['paths'],
): { document: Record<string, unknown>; etag: string } {
  const document = { ...contract, servers: [{ url: publicUrl }], paths }
  const digest = createHash('sha256').update(JSON.stringify(document)).digest('base64url')
  return { document, etag: `"${digest}"` }
}

function publicPaths(): OpenApiDocument['paths'] {
  const paths = Object.entries(contract.paths).map(([path, item]) => {
    const operations = Object.entries(item).filter(([, operation]) => operation['x-internal'] !== true)
    return [path, Object.fromEntries(operations)] as const
  })
  return Object.fromEntries(paths.filter(([, item]) => Object.keys(item).length > 0))
}
