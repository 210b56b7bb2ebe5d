import { spawn } from 'node:child_process'
import { openSync } from 'node:fs'
import { join } from 'node:path'
import { reservePort } from '@harmont/test-kit/port'
import { buildbotApi } from './buildbot-api.ts'
import { firstLineScript, logBytes, logScript, numbered, output, write } from './commands.ts'
import type { Opened, Peer } from './peer.ts'

const builders = {
  one: ['true'],
  chain: numbered(50, () => 'true'),
  line: [firstLineScript],
  log: [logScript],
} as const

export const buildbot: Peer = {
  name: 'Buildbot, one worker with two slots',
  isolates: 'nothing: steps run as the user of the worker, in a folder of their builder',
  async open(folder): Promise<Opened> {
    const [http, work] = [await reservePort(), await reservePort()]
    const line = (script: string) => output({ folder, line: ['sh', '-ec', script] })
    await line(`buildbot create-master master && buildbot-worker create-worker worker localhost:${work} w secret`)
    await write(folder, { 'master/master.cfg': settings(http, work) })
    await write(folder, pages)
    const master = start(join(folder, 'master'), ['buildbot', 'start', '--nodaemon'])
    const worker = start(join(folder, 'worker'), ['buildbot-worker', 'start', '--nodaemon'])
    const api = buildbotApi(`http://127.0.0.1:${http}/api/v2`)
    await api.ready()
    return {
      version: ((await line('buildbot --version')).split('\n')[0] ?? '').trim(),
      works: {
        one: async () => async () => api.ended(await api.force('one')),
        chain: async () => async () => api.ended(await api.force('chain')),
        queued: async () => async () => {
          const asked: number[] = []
          for (let at = 0; at < 200; at += 1) asked.push(await api.force('one'))
          for (const request of asked) await api.ended(request)
          return undefined
        },
        firstLine: async () => () => api.firstLine(),
        log: async () => async () => {
          const text = await api.rawLog(await api.force('log'))
          if (text.length < logBytes) throw new Error(`the log has ${text.length} of ${logBytes} bytes`)
          return undefined
        },
      },
      stays: [master.pid ?? 0, worker.pid ?? 0],
      async [Symbol.asyncDispose]() {
        for (const process of [worker, master]) process.kill('SIGKILL')
      },
    }
  },
}

function start(folder: string, [program = '', ...args]: readonly string[]) {
  const log = openSync(join(folder, 'output.log'), 'a')
  return spawn(program, args, {
    cwd: folder,
    env: { ...process.env, PYTHONPATH: join(folder, '..') },
    stdio: ['ignore', log, log],
  })
}

/**
 * Debian's Buildbot lacks its web pages, without which it serves no REST interface, and its tests.
 * The code that stores logs compares with a class from those tests.
 */
const pages = {
  'bench_pages/__init__.py': `import sys, types
from buildbot.www.plugin import Application
for name in ('buildbot.test', 'buildbot.test.fake', 'buildbot.test.fake.reactor'):
    sys.modules[name] = types.ModuleType(name)
sys.modules['buildbot.test.fake.reactor'].NonThreadPool = type('NonThreadPool', (), {})
ep = Application(__name__, 'no pages')
`,
  'bench_pages/VERSION': '1.0',
  'bench_pages/static/index.html': '',
  'bench_pages-1.0.dist-info/METADATA': 'Metadata-Version: 2.1\nName: bench-pages\nVersion: 1.0\n',
  'bench_pages-1.0.dist-info/entry_points.txt': '[buildbot.www]\nbase = bench_pages:ep\n',
}

function settings(http: number, work: number): string {
  return `import json
from buildbot.plugins import schedulers, steps, util, worker
builders = json.loads('''${JSON.stringify(builders)}''')
def factory(scripts):
    return util.BuildFactory([steps.ShellCommand(command=['sh', '-c', script]) for script in scripts])
c = BuildmasterConfig = {
    'workers': [worker.Worker('w', 'secret', max_builds=2)],
    'protocols': {'pb': {'port': 'tcp:${work}:interface=127.0.0.1'}},
    'builders': [util.BuilderConfig(name=name, workernames=['w'], factory=factory(scripts)) for name, scripts in builders.items()],
    'schedulers': [schedulers.ForceScheduler(name='force-' + name, builderNames=[name]) for name in builders],
    'collapseRequests': False,
    'www': {'port': 'tcp:${http}:interface=127.0.0.1'},
    'db': {'db_url': 'sqlite:///state.sqlite'},
    'buildbotNetUsageData': None,
}
`
}
