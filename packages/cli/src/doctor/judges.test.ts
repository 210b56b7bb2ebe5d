import { expect, it } from 'vitest'
import { type Check, checksOf, forBackend } from './check.ts'
import { type DiskFacts, judgeDisk, judgeNetwork, type NetworkFacts } from './judge-machine.ts'
import { judgeProject, type ProjectFacts } from './judge-project.ts'
import { judgeOtherPlatform, judgeSandbox, type SandboxFacts, type UserFacts } from './judge-sandbox.ts'
import { judgeServer, type ServerFacts } from './judge-server.ts'
import { judgeTools, type ToolFacts } from './judge-tools.ts'

/** Lists the problems: `name status: fix`. */
const amiss = (checks: readonly Check[]) =>
  checks.filter(({ status }) => status !== 'ok').map(({ name, status, fix }) => `${name} ${status}: ${fix}`)
const foundBy = (checks: readonly Check[], name: string) => checks.find((check) => check.name === name)?.found

const tools: ToolFacts = {
  version: '1.2.3',
  node: '24.1.0',
  git: 'git version 2.47.3',
  hasPythonPipelines: true,
  pythons: ['3.9.2', '3.13.0rc1'],
  installedSdk: '1.2.3',
}
const newPython = 'Python failure: install Python 3.11 or later, or name one in HM_PYTHON'

it.each<[string, Partial<ToolFacts>, string[]]>([
  ['all is here', {}, []],
  ['git is not', { git: undefined }, ['git warning: apt-get install git']],
  ['every Python is old', { pythons: ['3.10.14', '2.7.18'] }, [newPython]],
  ['there is no Python', { pythons: [] }, [newPython]],
  ['there is no Python, and no need of one', { pythons: [], hasPythonPipelines: false }, []],
  ['Python 4', { pythons: ['4.0.0'] }, []],
  ['the SDK is that of hm', { installedSdk: undefined }, []],
  ['the SDK is another', { installedSdk: '1.2.2' }, ['SDKs warning: npm install -D @harmont/hm@1.2.3']],
])('tools: %s', (_, facts, expected) => expect(amiss(judgeTools({ ...tools, ...facts }))).toEqual(expected))

const sandbox: SandboxFacts = {
  kernel: '6.12.0',
  cgroups: 'v2',
  runtime: 'crun 1.21',
  monitor: 'conmon 2.1.12',
  user: undefined,
  problems: [],
  packages: [],
  userNamespaces: 15000,
  inotifyInstances: 128,
  openFiles: 1024,
  sharesCopies: true,
  step: { ok: true, milliseconds: 60, networkProblems: [] },
}
const ordinary: UserFacts = { name: 'ada', isMapped: false, hasDocker: false }
const needsRoot = 'runsc needs a runner started by root; HARMONT_OCI_RUNTIME=crun does not'
const untried = 'a real step warning: see the driver check above'

it.each<[string, Partial<SandboxFacts>, string[]]>([
  ['all is well', {}, []],
  [
    'programs are missing',
    { problems: ['crun is missing: apt-get install crun'], packages: ['crun'], step: undefined },
    ['driver failure: apt-get install crun', untried],
  ],
  [
    'no overlayfs',
    { problems: ['the kernel has no overlayfs: modprobe overlay'], step: undefined },
    ['driver failure: modprobe overlay', untried],
  ],
  [
    'an ordinary user',
    { problems: [needsRoot], user: ordinary, step: undefined },
    ['driver failure: sudo hm run, or hm run --cloud', untried],
  ],
  [
    'one who may use Docker',
    { problems: [needsRoot], user: { ...ordinary, hasDocker: true }, step: undefined },
    ['driver failure: hm config set sandbox.driver docker, or sudo hm run, or hm run --cloud', untried],
  ],
  [
    'one who lacks programs and ids',
    {
      problems: [
        'crun is missing: apt-get install crun',
        'ada has no ids: sudo usermod --add-subuids 1-2 --add-subgids 1-2 ada',
      ],
      user: ordinary,
      step: undefined,
    },
    [
      'driver failure: sudo apt-get install crun',
      'driver failure: sudo usermod --add-subuids 1-2 --add-subgids 1-2 ada',
      untried,
    ],
  ],
  [
    'one whose steps run',
    {
      user: { ...ordinary, isMapped: true },
      step: { ok: true, milliseconds: 1, networkProblems: ['egress networks need root'] },
    },
    ['step network warning: sudo hm run', 'step limits warning: sudo hm run'],
  ],
  [
    'layers on layers',
    { problems: ['/x lies on an overlay file system, which cannot hold layers'], step: undefined },
    ['driver failure: HM_CACHE_DIR=/a/directory/on/a/volume', untried],
  ],
  ['no namespaces', { userNamespaces: 0 }, ['user namespaces failure: sysctl -w user.max_user_namespaces=15000']],
  ['a kernel without that limit', { userNamespaces: undefined }, []],
  ['little inotify', { inotifyInstances: 127 }, ['inotify warning: sysctl -w fs.inotify.max_user_instances=512']],
  ['few files', { openFiles: 1023 }, ['open files warning: ulimit -n 65536']],
  [
    'the step fails',
    { step: { ok: false, message: 'no' } },
    ['a real step failure: hm run --cloud needs no sandboxes here'],
  ],
  [
    'the step has no network',
    { step: { ok: true, milliseconds: 1, networkProblems: ['nft is missing'] } },
    ['step network warning: apt-get install nftables iproute2'],
  ],
])('sandbox: %s', (_, facts, expected) => expect(amiss(judgeSandbox({ ...sandbox, ...facts }))).toEqual(expected))

it('sandbox: the fix contains the command, and the finding does not', () => {
  const problems = ['crun, tini are missing: apt-get install crun tini']
  expect(foundBy(judgeSandbox({ ...sandbox, problems }), 'driver')).toBe('crun, tini are missing')
})

it('sandbox: reports whether copies of files share disk space', () => {
  expect(foundBy(judgeSandbox(sandbox), 'copies')).toContain('share disk space')
  expect(foundBy(judgeSandbox({ ...sandbox, sharesCopies: false }), 'copies')).toContain('no reflinks')
})

it('sandbox: the kind of control groups is reported', () => {
  expect(foundBy(judgeSandbox(sandbox), 'control groups')).toBe('v2 only')
  expect(foundBy(judgeSandbox({ ...sandbox, cgroups: 'hybrid' }), 'control groups')).toBe(
    'hybrid: v1 controllers beside v2',
  )
})

it('sandbox: only Linux has one', () => {
  expect(judgeOtherPlatform('darwin')).toMatchObject([{ status: 'failure', found: expect.stringContaining('darwin') }])
})

const gib = 1024 ** 3
const disk: DiskFacts = {
  cacheDirectory: '/c',
  isWritable: true,
  freeBytes: 20 * gib,
  fileSystem: 'ext4',
  cacheMaxGb: 20,
}

it.each<[string, Partial<DiskFacts>, string[]]>([
  ['room for the whole cache', {}, []],
  ['less than that', { freeBytes: 20 * gib - 1 }, ['space warning: hm config set cache.max_gb 9']],
  [
    'next to nothing',
    { freeBytes: gib - 1 },
    ['space failure: free disk space, run hm cache clean, or set HM_CACHE_DIR'],
  ],
  ["somebody else's", { isWritable: false }, ['cache failure: set HM_CACHE_DIR to a writable directory']],
  ['memory', { fileSystem: 'tmpfs' }, ['file system warning: set HM_CACHE_DIR to a place on ext4, xfs or btrfs']],
  ['nfs4', { fileSystem: 'nfs4' }, ['file system warning: set HM_CACHE_DIR to a place on ext4, xfs or btrfs']],
  ['nobody says', { fileSystem: undefined }, []],
])('disk: %s', (_, facts, expected) => expect(amiss(judgeDisk({ ...disk, ...facts }))).toEqual(expected))

const otherwise = 'hm image import works without it'
const network: NetworkFacts = { host: 'r', address: '192.0.2.1', status: 401, proxy: undefined }

it.each<[string, Partial<NetworkFacts>, string[]]>([
  ['reached', {}, []],
  ['no name', { address: undefined, status: undefined }, [`DNS warning: check /etc/resolv.conf; ${otherwise}`]],
  ['no answer', { status: undefined }, [`registry warning: set HTTPS_PROXY where one is needed; ${otherwise}`]],
  ['the proxy knows the name', { address: undefined, proxy: 'http://p' }, []],
  [
    'no answer through it',
    { address: undefined, status: undefined, proxy: 'http://p' },
    [`registry warning: check the proxy; ${otherwise}`],
  ],
])('network: %s', (_, facts, expected) => expect(amiss(judgeNetwork({ ...network, ...facts }))).toEqual(expected))

const project: ProjectFacts = {
  configProblem: undefined,
  unknownSettings: [],
  rendered: { milliseconds: 5, slugs: ['ci'], errors: [], warnings: [] },
  source: { files: 1, bytes: 256 * 1024 ** 2, largest: ['a (3 B)', 'b (2 B)', 'c (1 B)', 'd (0 B)'] },
}
const empty = { milliseconds: 5, slugs: [], errors: [], warnings: [] }

it.each<[string, Partial<ProjectFacts>, string[]]>([
  ['all is well', {}, []],
  [
    'the configuration does not parse',
    { configProblem: 'x' },
    ['configuration failure: fix the file or variable that it names'],
  ],
  ['a slip', { unknownSettings: ['c:1: bakend'] }, ['configuration warning: hm config list shows all settings']],
  ['no .hm', { rendered: 'none' }, ['pipelines warning: hm init']],
  ['nothing in it', { rendered: empty }, ['pipelines warning: hm init']],
  [
    'a broken file',
    { rendered: { ...empty, errors: ['e'] } },
    ['pipelines failure: fix the file; hm validate checks it again'],
  ],
  [
    'a warning of rendering',
    { rendered: { ...empty, slugs: ['ci'], warnings: ['w'] } },
    ['pipelines warning: follow the warnings; hm validate checks again'],
  ],
  [
    'a source that cannot be read is told once',
    { rendered: 'unread', source: 'git says no' },
    ['source failure: run it inside your project'],
  ],
  [
    'a large source',
    { source: { files: 1, bytes: 256 * 1024 ** 2 + 1, largest: [] } },
    ['source warning: list unneeded files in .hmignore'],
  ],
])('project: %s', (_, facts, expected) => expect(amiss(judgeProject({ ...project, ...facts }))).toEqual(expected))

it('project: the three largest files are named', () => {
  expect(foundBy(judgeProject(project), 'source')).toBe('1 file, 268 MB; largest: a (3 B), b (2 B), c (1 B)')
})

const server: ServerFacts = {
  apiUrl: 'http://s',
  contract: { version: '0', skewSeconds: 60 },
  account: { name: 'A' },
  organization: { slug: 'acme' },
  pipeline: { slug: 'ci', allowsManual: true },
}
const no = (fix?: string) => ({ problem: 'no', fix })

it.each<[string, ServerFacts, string[]]>([
  ['all is well', server, []],
  [
    'no answer',
    { apiUrl: 'http://s', contract: no() },
    ['reach failure: start the server, or hm config set cloud.api_url URL'],
  ],
  [
    'another contract',
    { ...server, contract: { version: '1', skewSeconds: 0 } },
    ['contract failure: install the hm version of that server'],
  ],
  [
    'a clock that is behind',
    { ...server, contract: { version: '0', skewSeconds: -61 } },
    ['clock warning: timedatectl set-ntp true'],
  ],
  [
    'nobody is signed in',
    { ...server, account: no('hm login --api-url x') },
    ['account failure: hm login --api-url x'],
  ],
  [
    'no organization',
    { ...server, organization: no() },
    ['organization failure: hm org list, then hm org switch SLUG'],
  ],
  [
    'no such pipeline',
    { ...server, pipeline: no() },
    ['pipeline failure: hm pipeline list, then hm config set --project cloud.pipeline SLUG'],
  ],
  [
    'a pipeline of pushes only',
    { ...server, pipeline: { slug: 'ci', allowsManual: false } },
    ["pipeline failure: allow them in the pipeline's file, and push it"],
  ],
  ['a pipeline that is not known yet', { ...server, pipeline: { unclear: 'acme has none' } }, []],
])('server: %s', (_, facts, expected) => expect(amiss(judgeServer(facts))).toEqual(expected))

it('a failure of the backend that is not in use is a warning', () => {
  const statuses = (backend: 'local' | 'cloud') =>
    (['tools', 'project', 'disk', 'network', 'server', 'sandbox'] as const)
      .filter((area) => forBackend(checksOf(area).failure('n', 'f', 'x'), backend).status === 'failure')
      .join(' ')
  expect(statuses('local')).toBe('tools project disk network sandbox')
  expect(statuses('cloud')).toBe('tools project network server')
})
