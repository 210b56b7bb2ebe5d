/**
 * A collector of OpenTelemetry on loopback: OTLP over HTTP, decoded by the protocol's own
 * definitions, which Debian packages. It refuses what a real one refuses.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import protobuf from 'protobufjs'

export interface CollectedSpan {
  readonly traceId: string
  readonly spanId: string
  /** Empty for the root of a trace. */
  readonly parentId: string
  readonly name: string
  readonly kind: string
  /** Milliseconds. */
  readonly from: number
  readonly to: number
  readonly failed: boolean
  readonly attributes: Readonly<Record<string, string | number>>
  readonly resource: Readonly<Record<string, string | number>>
}

export interface Collector {
  /** Value for OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly url: string
  readonly spans: readonly CollectedSpan[]
  /** Spans that a real collector would have refused. */
  readonly faults: readonly string[]
  /** The headers of the last export. */
  headers(): IncomingMessage['headers']
  /**
   * `away` answers 503, `refuses` 401; `hangs` accepts and never answers; `slow` takes what came once it
   * is `takes` again.
   */
  state: 'takes' | 'away' | 'refuses' | 'hangs' | 'slow'
  /** Exports that were not taken. */
  readonly refused: number
  stop(): Promise<void>
}

const definitions = '/usr/include'
const packageName = 'opentelemetry.proto.collector.trace.v1'

export async function startCollector(): Promise<Collector> {
  const root = new protobuf.Root()
  root.resolvePath = (_, path) => join(definitions, path)
  await root.load('opentelemetry/proto/collector/trace/v1/trace_service.proto')
  const request = root.lookupType(`${packageName}.ExportTraceServiceRequest`)
  const answer = root.lookupType(`${packageName}.ExportTraceServiceResponse`)
  const spans: CollectedSpan[] = []
  const faults: string[] = []
  const [isAwake, wake] = sleeper()
  const it = {
    ...{ state: 'takes' as Collector['state'], refused: 0, headers: {} as IncomingMessage['headers'] },
    ...{ isAwake, wake },
  }

  async function take(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(incoming)
    if (it.state === 'slow') await it.isAwake
    if (it.state !== 'takes') {
      it.refused += 1
      if (it.state !== 'hangs') response.writeHead(it.state === 'away' ? 503 : 401).end()
      return
    }
    it.headers = incoming.headers
    const { 'content-type': type, 'content-encoding': encoding } = incoming.headers
    if (incoming.method !== 'POST' || incoming.url !== '/v1/traces') faults.push(`${incoming.method} ${incoming.url}`)
    if (type !== 'application/x-protobuf') faults.push(`content-type ${type}`)
    const bytes = encoding === 'gzip' ? gunzipSync(body) : body
    const decoded = request.toObject(request.decode(bytes), { bytes: Buffer, longs: String, enums: String })
    const collected = spansOf(decoded as Decoded)
    faults.push(...collected.flatMap(faultsOf))
    spans.push(...collected)
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end(answer.encode({}).finish())
  }

  const server = createServer((incoming, response) => {
    take(incoming, response).catch((error) => {
      faults.push(String(error))
      response.writeHead(400).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    faults,
    headers: () => it.headers,
    get state() {
      return it.state
    },
    set state(state) {
      it.state = state
      if (state === 'slow') [it.isAwake, it.wake] = sleeper()
      else it.wake()
    },
    get refused() {
      return it.refused
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function sleeper(): [Promise<void>, () => void] {
  const { promise, resolve } = Promise.withResolvers<void>()
  return [promise, resolve]
}

interface Attribute {
  readonly key: string
  readonly value?: { readonly stringValue?: string; readonly intValue?: string; readonly doubleValue?: number }
}

interface Decoded {
  readonly resourceSpans?: readonly {
    readonly resource?: { readonly attributes?: readonly Attribute[] }
    readonly scopeSpans?: readonly { readonly spans?: readonly DecodedSpan[] }[]
  }[]
}

interface DecodedSpan {
  readonly traceId?: Buffer
  readonly spanId?: Buffer
  readonly parentSpanId?: Buffer
  readonly name?: string
  readonly kind?: string
  readonly startTimeUnixNano?: string
  readonly endTimeUnixNano?: string
  readonly attributes?: readonly Attribute[]
  readonly status?: { readonly code?: string }
}

function spansOf({ resourceSpans = [] }: Decoded): readonly CollectedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans = [] }) =>
    scopeSpans.flatMap(({ spans = [] }) =>
      spans.map((span) => ({
        traceId: span.traceId?.toString('hex') ?? '',
        spanId: span.spanId?.toString('hex') ?? '',
        parentId: span.parentSpanId?.toString('hex') ?? '',
        name: span.name ?? '',
        kind: span.kind ?? '',
        from: Number(BigInt(span.startTimeUnixNano ?? 0) / 1_000n) / 1_000,
        to: Number(BigInt(span.endTimeUnixNano ?? 0) / 1_000n) / 1_000,
        failed: span.status?.code === 'STATUS_CODE_ERROR',
        attributes: valuesOf(span.attributes),
        resource: valuesOf(resource?.attributes),
      })),
    ),
  )
}

function valuesOf(attributes: readonly Attribute[] = []): Readonly<Record<string, string | number>> {
  return Object.fromEntries(
    attributes.map(({ key, value = {} }) => [
      key,
      value.stringValue ?? (value.intValue === undefined ? (value.doubleValue ?? '') : Number(value.intValue)),
    ]),
  )
}

/** Returns what is wrong with a span, as the protocol has it. */
function faultsOf({ traceId, spanId, parentId, name, from, to, resource }: CollectedSpan): readonly string[] {
  return [
    ...(/^(?!0*$)[0-9a-f]{32}$/.test(traceId) ? [] : [`trace id ${traceId}`]),
    ...(/^(?!0*$)[0-9a-f]{16}$/.test(spanId) ? [] : [`span id ${spanId}`]),
    ...(/^([0-9a-f]{16})?$/.test(parentId) && parentId !== spanId ? [] : [`parent ${parentId}`]),
    ...(name === '' ? ['no name'] : []),
    ...(from > 0 && to >= from ? [] : [`${name}: from ${from} to ${to}`]),
    ...(resource['service.name'] ? [] : ['no service.name']),
  ]
}
