import type { CommandName } from '../../src/specs/index.ts'
import { failedTest, runEvent } from './events.ts'
import {
  constant,
  contract,
  contractWith,
  dataOf,
  described,
  either,
  flag,
  integer,
  itemsOf,
  list,
  number,
  object,
  oneOf,
  orNull,
  type Schema,
  sha256,
  text,
  time,
} from './shapes.ts'

/** Describes the stdout of a command with `--json`. */
export interface Document {
  readonly schema: Schema
  /** Prints one document per line for each event. */
  readonly isLines?: true
}

const one = (schema: Schema): Document => ({ schema })
const lines = (schema: Schema): Document => ({ schema, isLines: true })

const failedTestOf = (more: Readonly<Record<string, Schema>>) =>
  object({ name: text, file: orNull(text), line: orNull(integer), message: orNull(text), ...more })
const origin = object({
  layer: oneOf('default', 'user', 'project', 'environment', 'flag'),
  'name?': text,
  'line?': integer,
})
const settingValue: Schema = { type: ['string', 'number', 'boolean', 'null'] }
const setting = object({ key: text, value: settingValue, origin })
const plannedStep = object({
  key: text,
  name: text,
  image: orNull(text),
  builds_in: orNull(text),
  depends_on: list(text),
  cached: flag,
  runs: flag,
  skip_reason: orNull(text),
})
const dryRun = object({
  pipeline: text,
  name: text,
  source: object({ files: integer, bytes: integer }),
  timeout_seconds: orNull(integer),
  steps: list(plannedStep),
})
const problem = object({ file: orNull(text), slug: orNull(text), code: text, message: text, line: orNull(integer) })
const ir = described({ type: 'object', required: ['version'] }, 'An IR document, version 0: docs/design/ir.md.')
const envelope = object({
  schema_version: constant('1'),
  pipelines: list(
    object({
      slug: text,
      name: text,
      allow_manual: flag,
      triggers: list({ type: 'object' }),
      definition: ir,
      file: text,
    }),
  ),
  'errors?': list(problem),
})
const namedSecret = object({ name: text, organization: text, pipeline: orNull(text) })
const namedRegistry = object({ host: text, organization: text })
const artifact = object({ step_key: text, path: text, kind: text, bytes: integer, sha256 })
const annotation = object({ name: text, style: text, markdown: text })
const localStatus = object({
  number: integer,
  pipeline: text,
  state: text,
  branch: orNull(text),
  commit: orNull(text),
  message: orNull(text),
  started_at: time,
  duration_ms: orNull(integer),
  error_code: orNull(text),
  steps: list(
    object({
      key: text,
      name: text,
      state: text,
      soft_failed: flag,
      cached: flag,
      attempt: integer,
      exit_code: orNull(integer),
      duration_ms: orNull(integer),
      error_code: orNull(text),
      message: orNull(text),
      annotations: list(annotation),
      tests: orNull(object({ passed: integer, failed: integer, skipped: integer, failures: list(failedTest) })),
    }),
  ),
})
const serverStatus = contractWith('BuildSummary', {
  jobs: list(contract('Job')),
  annotations: list(itemsOf('AnnotationList')),
})
const build = contract('Build')
const pipeline = contract('Pipeline')
const job = contract('Job')
/** A followed build, or one that is only created (`--detach`). */
const followed = lines(either(runEvent, build))
const printed = either(
  object({ kind: constant('output'), stream: oneOf('stdout', 'stderr'), text }),
  object({ kind: constant('end'), exit_code: integer }),
)
const localCount = object({ passed: integer, failed: integer, skipped: integer })

const ofProject = {
  init: one(
    either(
      object({
        file: text,
        slug: text,
        projects: list(object({ kind: text, path: text })),
        types: list(text),
        other_ci: list(text),
      }),
      object({ types: list(text) }),
    ),
  ),
  doctor: one(
    dataOf(object({ area: text, name: text, status: oneOf('ok', 'warning', 'failure'), found: text, 'fix?': text })),
  ),
  run: lines(either(runEvent, dryRun, object({ org: text, pipeline: text, files: integer, bytes: integer }))),
  watch: lines(runEvent),
  render: one(either(ir, object({ steps: integer, warnings: list(text) }))),
  validate: one(
    object({
      pipelines: list(object({ slug: text, file: text, steps: integer })),
      errors: list(problem),
      warnings: list(text),
    }),
  ),
  graph: one(object({ pipeline: text, name: text, steps: list(plannedStep) })),
  pipelines: one(envelope),
  retry: followed,
  rebuild: followed,
}

const afterRun = {
  status: one(either(localStatus, serverStatus)),
  history: one(
    dataOf(
      object({
        number: integer,
        state: text,
        pipeline: text,
        branch: orNull(text),
        commit: orNull(text),
        message: orNull(text),
        started_at: time,
        duration_ms: orNull(integer),
        retry_of: orNull(integer),
        failed: list(text),
      }),
    ),
  ),
  why: one(
    object({
      state: text,
      failures: list(
        object({
          step: text,
          ending: text,
          exit_code: orNull(integer),
          error_code: orNull(text),
          likely_cause: orNull(text),
        }),
      ),
      steps: list(object({ key: text, state: text, reason: text })),
    }),
  ),
  test: one(
    either(
      dataOf(failedTestOf({ state: constant('failed'), step_key: orNull(text) }), { counts: localCount }),
      dataOf(contract('BuildTest'), {
        counts: { type: 'object' },
        left_out: integer,
        reports: list({ type: 'object' }),
      }),
      contract('TestHistory'),
    ),
  ),
  flaky: one(
    object({
      run: integer,
      step_key: text,
      forks: integer,
      data: list(failedTestOf({ verdict: orNull(text), forks: integer, fork_passes: integer })),
      counts: object({ failed: integer, passed: integer }),
    }),
  ),
  logs: one(
    dataOf(
      object({ step: text, 'attempt?': integer, stream: oneOf('stdout', 'stderr', 'meta'), line: text, ts: time }),
    ),
  ),
  cancel: one(object({ number: integer, pipeline: text, state: text, canceled: flag })),
  exec: lines(printed),
  shell: lines(printed),
  mcp: lines(
    described(
      { type: 'object', required: ['jsonrpc'], properties: { jsonrpc: constant('2.0') }, additionalProperties: true },
      'A message of the Model Context Protocol, with or without --json.',
    ),
  ),
  'artifact list': one(dataOf(either(artifact, contract('Artifact')))),
  'artifact get': one(dataOf(object({ step_key: text, path: text, file: text, bytes: integer, sha256 }))),
}

const ofMachine = {
  'cache ls': one(
    dataOf(
      object({
        key: text,
        pipeline: orNull(text),
        run: orNull(integer),
        step: orNull(text),
        snapshot: text,
        image_digest: text,
        created_at: time,
        used_at: time,
        bytes: integer,
      }),
    ),
  ),
  'cache du': one(
    object({
      directory: text,
      snapshots: integer,
      images: integer,
      sources: integer,
      runs: integer,
      artifacts: integer,
      sandboxes: integer,
      total: integer,
      max_gb: number,
    }),
  ),
  'cache explain': one(
    either(
      object({
        step: text,
        run: integer,
        state: text,
        cached_from: orNull(text),
        cached: flag,
        compared_with: orNull(integer),
        changes: list(text),
        rule: text,
      }),
      object({
        step: text,
        build: integer,
        state: text,
        outcome: text,
        cached_from: orNull(text),
        reason: orNull(text),
        changes: list(text),
        rule: orNull(text),
      }),
    ),
  ),
  'cache clean': one(object({ entries: integer, snapshots: integer, images: integer, sources: integer })),
  'cache save': one(object({ key: text, directory: text, entries: integer, layers: integer, left_out: integer })),
  'cache restore': one(object({ key: text, entries: integer, left_out: integer })),
  'image list': one(dataOf(object({ name: text, digest: text, origin: text, at: time }))),
  'image pull': one(object({ name: text, digest: text })),
  'image import': one(object({ name: text, digest: text })),
  'image rm': one(object({ name: text })),
  'config list': one(dataOf(setting)),
  'config get': one(setting),
  'config set': one(object({ key: text, value: settingValue, origin, file: text })),
  'config path': one(object({ user: text, project: text, credentials: text, cache: text })),
  completion: one(object({ shell: text, script: text })),
  version: one(object({ version: text, node: text })),
  'plugin list': one(dataOf(text)),
  help: one(
    dataOf(
      object({
        command: text,
        usage: text,
        summary: text,
        about: list(text),
        arguments: list(
          object({ name: text, summary: text, required: flag, multiple: flag, choices: orNull(list(text)) }),
        ),
        flags: list(
          object({
            name: text,
            short: orNull(text),
            value: orNull(text),
            summary: text,
            multiple: flag,
            choices: orNull(list(text)),
          }),
        ),
        examples: list(object({ line: text, what: text })),
      }),
    ),
  ),
}

const ofServer = {
  login: one(object({ name: orNull(text), email: text, api_url: text })),
  logout: one(object({ api_url: text, was_signed_in: flag })),
  whoami: one(contractWith('CurrentUserResponse', { api_url: text, organization: orNull(text) })),
  'org list': one(dataOf(contract('Organization'))),
  'org show': one(contract('Organization')),
  'org set': one(contract('Organization')),
  'org switch': one(object({ organization: text, file: text })),
  'secret set': one(namedSecret),
  'secret list': one(dataOf(itemsOf('SecretList', 'secrets'))),
  'secret rm': one(namedSecret),
  'notification list': one(dataOf(contract('Notification'))),
  'notification add': one(contract('CreateNotificationResponse')),
  'notification test': one(contract('NotificationDelivery')),
  'notification rm': one(object({ id: text })),
  'notification deliveries': one(dataOf(contract('NotificationDelivery'))),
  'notification replay': one(contract('NotificationDelivery')),
  'registry set': one(namedRegistry),
  'registry list': one(dataOf(itemsOf('RegistryList', 'registries'))),
  'registry rm': one(namedRegistry),
  'token create': one(contract('ApiTokenCreateResponse')),
  'token list': one(dataOf(itemsOf('ApiTokenListResponse', 'api_tokens'))),
  'token revoke': one(object({ id: text })),
  'billing balance': one(contract('BalanceResponse')),
  'billing transactions': one(dataOf(itemsOf('TransactionList'))),
  'billing usage': one(contractWith('UsageResponse', { from: text, to: text })),
  'billing topup': one(contract('CheckoutResponse')),
  'billing redeem': one(contract('RedeemCouponResponse')),
  'pipeline list': one(dataOf(pipeline)),
  'pipeline show': one(pipeline),
  'pipeline create': one(pipeline),
  'pipeline append': one(object({ file: text, steps: list(text) })),
  'pipeline set': one(pipeline),
  'build list': one(dataOf(contract('BuildSummary'))),
  'build show': one(serverStatus),
  'build watch': lines(runEvent),
  'build create': followed,
  'build open': one(object({ url: text })),
  'cloud run': followed,
  'job list': one(dataOf(job)),
  'job show': one(job),
  'job log': one(object({ job_id: text, content: text })),
}

/**
 * The document of each command, except the completion callback. A command without a line here does
 * not compile.
 */
export const documents: Readonly<Record<Exclude<CommandName, '__complete'>, Document>> = {
  ...ofProject,
  ...afterRun,
  ...ofMachine,
  ...ofServer,
}

/** Describes the stderr of a command that fails with `--json`. */
export const failure: Document = one(
  object({ error: object({ code: text, message: text, 'fix?': text, 'request_id?': text }) }),
)
