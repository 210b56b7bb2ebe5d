/**
 * Checks the objects that kubectl generates from `deploy/kubernetes` against the types of
 * Kubernetes and the server's settings.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import type { INetworkPolicySpec } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicySpec'
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { readSettings } from '../../packages/server/src/platform/settings/read-settings.ts'
import { repositoryRoot } from '../../scripts/server-process.ts'
import { deployFolder } from './deploy-files.ts'

interface KubernetesObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string }
  readonly data?: Readonly<Record<string, string>>
  readonly spec?: { readonly template?: { readonly spec: IPodSpec } }
}

let folder: string
let objects: readonly KubernetesObject[]

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'harmont-kubernetes-'))
  cpSync(join(deployFolder, 'kubernetes'), folder, { recursive: true })
  makeSecrets()
  const kustomization = join(folder, 'example/kustomization.yaml')
  // Enables the autoscaler, which is commented out in the file.
  writeFileSync(kustomization, readFileSync(kustomization, 'utf8').replace('#components:\n#  -', 'components:\n  -'))
  const text = execFileSync('kubectl', ['kustomize', join(folder, 'example')], { encoding: 'utf8' })
  objects = parseAllDocuments(text).map((document) => document.toJS() as KubernetesObject)
})
afterAll(() => rmSync(folder, { recursive: true }))

function makeSecrets(): void {
  execFileSync(join(folder, 'example/make-secrets.sh'))
}

function secretBytes(): readonly string[] {
  const place = join(folder, 'example/secrets')
  return readdirSync(place).map((name) => `${name}=${readFileSync(join(place, name), 'utf8')}`)
}

/** Returns the compiler's errors in these objects, one line each. */
function mistakesIn(checked: readonly KubernetesObject[]): readonly string[] {
  const place = mkdtempSync(join(repositoryRoot, 'node_modules/.cache/kubernetes-'))
  try {
    const lines = checked.flatMap((object, index) => {
      const { apiVersion, kind } = object
      const models = apiVersion.startsWith('keda.sh/') ? '@kubernetes-models/keda' : 'kubernetes-models'
      const type = `import('${models}/${apiVersion}/${kind}').I${kind}`
      return [`export const object${index}: ${type} =`, JSON.stringify(object, null, 1)]
    })
    writeFileSync(join(place, 'objects.ts'), lines.join('\n'))
    const strict = ['--ignoreConfig', '--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext']
    const compiler = join(repositoryRoot, 'node_modules/typescript7/bin/tsc')
    const line = [compiler, ...strict, '--target', 'es2024', '--types', 'node', join(place, 'objects.ts')]
    const { stdout } = spawnSync(process.execPath, line, { encoding: 'utf8', cwd: repositoryRoot })
    return stdout
      .trim()
      .split('\n')
      .filter((text) => text.includes('error TS'))
  } finally {
    rmSync(place, { recursive: true })
  }
}

function named(kind: string, name: string): KubernetesObject {
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name)
  if (found === undefined) throw new Error(`expected ${kind} ${name} among ${objects.map(({ kind: each }) => each)}`)
  return found
}

/** Returns the pod of a Deployment or StatefulSet, and its only container. */
function podOf(kind: string, name: string) {
  const pod = named(kind, name).spec?.template?.spec
  const [container, ...more] = pod?.containers ?? []
  if (pod === undefined || container === undefined || more.length > 0)
    throw new Error(`expected one container in ${name}`)
  return { pod, container }
}

/**
 * Returns the environment of a container from config maps and secrets, and checks that these exist.
 */
function environmentOf({ container }: ReturnType<typeof podOf>): Readonly<Record<string, string>> {
  const parts = (container.envFrom ?? []).map(({ configMapRef, secretRef }) => {
    if (configMapRef?.name) return named('ConfigMap', configMapRef.name).data ?? {}
    const secret = named('Secret', secretRef?.name ?? '').data ?? {}
    return Object.fromEntries(Object.entries(secret).map(([key, text]) => [key, atob(text)]))
  })
  return Object.assign({}, ...parts)
}

const servers = [
  ['api', 'harmont-api'],
  ['scheduler', 'harmont-scheduler'],
] as const

test('all objects match the types of Kubernetes, and a wrong type or name is reported', () => {
  const kinds = new Set(objects.map(({ kind }) => kind))
  for (const kind of ['Deployment', 'StatefulSet', 'NetworkPolicy', 'Secret', 'ScaledObject'])
    expect(kinds).toContain(kind)
  const deployment = named('Deployment', 'harmont-api')
  const wrong = ([{ replicas: '2' }, { replcias: 2 }] as object[]).map((part) => ({
    ...deployment,
    spec: { ...deployment.spec, ...part },
  }))
  expect(mistakesIn([...objects, ...wrong])).toEqual([
    expect.stringContaining("Type 'string' is not assignable to type 'number'"),
    expect.stringContaining("'\"replcias\"' does not exist in type 'IDeploymentSpec'"),
  ])
})

test.for(servers)('the role %s has its settings and secrets but no privileges', ([role, name]) => {
  const made = podOf('Deployment', name)
  const settings = readSettings({ ...environmentOf(made), HARMONT_ROLE: role })
  expect(settings.unknown).toEqual([])
  expect(settings.databaseUrl).toMatch(/^postgres:/)
  expect(settings.blobPlace).toMatchObject({ bucket: 'example-harmont' })
  expect(made.container.args).toEqual(['--role', role])
  expect(made.pod).toMatchObject({
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: { runAsNonRoot: true },
  })
  expect(made.container.securityContext).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  })
  const keys = made.pod.volumes?.find(({ secret }) => secret !== undefined)?.secret?.secretName ?? ''
  expect(Object.keys(named('Secret', keys).data ?? {})).toHaveLength(4)
})

test('a runner has no database URL and no token of the cluster, and drains before it ends', () => {
  const made = podOf('StatefulSet', 'harmont-runner')
  const environment = environmentOf(made)
  const settings = readSettings({ ...environment, HARMONT_ROLE: 'runner' })
  expect(settings.unknown).toEqual([])
  expect([settings.serverUrl, settings.databaseUrl]).toEqual(['https://ci.example.com', null])
  expect(Object.keys(environment).sort()).toEqual([
    'HARMONT_DATA_DIR',
    'HARMONT_RUNNER_KEY',
    'HARMONT_RUNNER_SLOTS',
    'HARMONT_SERVER_URL',
  ])
  expect(made.pod).toMatchObject({
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 3600,
  })
  expect(made.container.lifecycle?.preStop?.exec?.command).toEqual(['harmont', 'drain'])
  expect(named('StatefulSet', 'harmont-runner').spec).not.toHaveProperty('replicas')
})

test('runners take files of steps from each other at an address that their network policy opens', () => {
  const made = podOf('StatefulSet', 'harmont-runner')
  const [ip, address] = made.container.env ?? []
  expect(ip).toEqual({ name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } })
  const [port] = made.container.ports ?? []
  const settings = readSettings({
    ...environmentOf(made),
    HARMONT_ROLE: 'runner',
    [address?.name ?? '']: (address?.value ?? '').replace('$(POD_IP)', '10.42.1.7'),
  })
  expect(settings.peerAddress).toEqual({ host: '10.42.1.7', port: port?.containerPort })
  const runners = [{ podSelector: { matchLabels: { app: 'harmont-runner' } } }]
  const policy = named('NetworkPolicy', 'harmont-runner').spec as INetworkPolicySpec
  expect(policy.ingress).toEqual([{ from: runners, ports: [{ port: port?.name }] }])
  expect(policy.egress).toContainEqual({ to: runners, ports: [{ port: port?.name }] })
})

test('the autoscaler authenticates with the server’s token, from the secret with a digest in its name', () => {
  const [reference] = (
    named('TriggerAuthentication', 'harmont-metrics').spec as { secretTargetRef: { name: string; key: string }[] }
  ).secretTargetRef
  expect(Object.keys(named('Secret', reference?.name ?? '').data ?? {})).toContain(reference?.key)
})

test('existing secrets are kept', () => {
  const before = secretBytes()
  makeSecrets()
  expect(secretBytes()).toEqual(before)
  expect(before.filter((text) => /^[a-z-]+=[\w-]{43}$/.test(text))).toHaveLength(4)
})
