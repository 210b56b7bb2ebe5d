import type { AddedOperation } from '../operation.ts'

// biome-ignore format: one operation a block, its facts in the order of the table in http.md
export const systemOperations: readonly AddedOperation[] = [
  { route: 'GET /api/v0/ping', id: 'ping', auth: 'none', tag: 'system', summary: 'Ask whether the API answers',
    success: { 200: 'PingResponse' } },
  { route: 'GET /api/v0/openapi.json', id: 'getOpenApiDocument', auth: 'none', tag: 'system', summary: 'This document',
    query: { view: { type: 'string', enum: ['full'] } }, success: { 200: 'OpenApiDocument', 304: null } },
  { route: 'GET /healthz', id: 'getHealth', auth: 'none', tag: 'system', summary: 'Whether the process serves',
    success: { 200: 'text/plain' }, errors: ['draining'] },
  { route: 'GET /readyz', id: 'getReadiness', auth: 'none', tag: 'system', summary: 'Whether the server can do its work',
    success: { 200: 'ReadinessResponse' }, errors: ['not_ready'] },
  { route: 'GET /metrics', id: 'getMetrics', auth: 'none', internal: true, tag: 'system', summary: 'What a monitor reads, as Prometheus text',
    success: { 200: 'text/plain' }, errors: ['unauthorized'] },
  { route: 'GET /api/v0/mailbox', id: 'listMailbox', auth: 'none', internal: true, tag: 'system', summary: 'The mails of a local server without SMTP',
    success: { 200: 'MailboxResponse' }, errors: ['route_not_found'] },
]
