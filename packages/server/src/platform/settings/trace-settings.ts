/** Settings of traces, in the variables of OpenTelemetry. */
import { anyText, nameValues, oneOf, share, webAddress } from './parse.ts'
import { optional, secret, setting } from './setting.ts'

export const traceSettings = {
  otlpEndpoint: optional(
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    webAddress,
    'collector of OpenTelemetry that gets the traces of requests and builds, such as `http://localhost:4318`; if unset, nothing is traced',
  ),
  otlpTracesEndpoint: optional(
    'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
    webAddress,
    'address of the collector with the whole path of traces, such as `http://localhost:4318/v1/traces`',
  ),
  otlpProtocol: setting(
    'OTEL_EXPORTER_OTLP_PROTOCOL',
    oneOf('http/protobuf'),
    'http/protobuf',
    'protocol for sending spans; the only supported one',
  ),
  otlpHeaders: secret(
    setting(
      'OTEL_EXPORTER_OTLP_HEADERS',
      nameValues,
      {},
      'headers for the collector, such as `api-key=KEY,tenant=ci`',
      formatPairs,
    ),
  ),
  otelServiceName: optional('OTEL_SERVICE_NAME', anyText, 'name of this service in traces; `harmont` if unset'),
  otelAttributes: setting(
    'OTEL_RESOURCE_ATTRIBUTES',
    nameValues,
    {},
    'attributes of all spans, such as `deployment.environment.name=production`',
    formatPairs,
  ),
  otelSampler: setting(
    'OTEL_TRACES_SAMPLER',
    oneOf(
      'parentbased_always_on',
      'parentbased_always_off',
      'parentbased_traceidratio',
      'always_on',
      'always_off',
      'traceidratio',
    ),
    'parentbased_always_on',
    'which traces are kept; `parentbased_`: a caller decides for its own',
  ),
  otelSamplerArg: setting('OTEL_TRACES_SAMPLER_ARG', share, 1, 'share of the traces that `traceidratio` keeps, 0 to 1'),
  otelDisabled: setting('OTEL_SDK_DISABLED', anyText, 'false', '`true`: nothing is traced'),
} as const

function formatPairs(pairs: Readonly<Record<string, string>>): string {
  return Object.entries(pairs)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join(',')
}
