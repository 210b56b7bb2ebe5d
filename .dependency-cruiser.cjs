/** The import rules. `npm run check` enforces them; docs/architecture.md draws them. */

/** Each package, and the packages that it may import. */
const packages = {
  contract: [],
  'packages/ir': [],
  'packages/logs': [],
  'packages/timeline': [],
  'packages/pipeline': ['packages/ir'],
  'packages/source-set': ['packages/ir'],
  'packages/sandbox': ['packages/source-set'],
  'packages/render': ['packages/ir', 'packages/pipeline', 'packages/source-set'],
  'packages/cloud': ['contract'],
  'packages/web': ['contract', 'packages/logs', 'packages/timeline'],
  'packages/engine': ['packages/ir', 'packages/logs', 'packages/sandbox'],
  'packages/wire': ['packages/engine', 'packages/ir', 'packages/logs', 'packages/sandbox'],
  'packages/server': [
    'contract',
    'packages/engine',
    'packages/ir',
    'packages/logs',
    'packages/render',
    'packages/sandbox',
    'packages/timeline',
    'packages/wire',
  ],
  'packages/cli': [
    'packages/cloud',
    'packages/engine',
    'packages/ir',
    'packages/logs',
    'packages/pipeline',
    'packages/render',
    'packages/sandbox',
    'packages/source-set',
    'packages/timeline',
  ],
}

/** The domains of the server, lowest floor first. On a floor a domain imports only siblings before it. */
const floors = [
  ['platform'],
  ['organizations', 'identity', 'runners', 'builds'],
  ['billing', 'streams', 'forges', 'notifications'],
  ['operator', 'commands'],
  ['main'],
]

/** The source folders (rooms) of two packages, in layers, lowest first. A room imports only rooms of lower layers. */
const layers = {
  sandbox: [
    ['system'],
    ['privilege'],
    ['layout'],
    ['cgroups'],
    ['network'],
    ['images'],
    ['files'],
    ['source'],
    ['spool'],
    ['watchdog'],
    ['launch'],
    ['snapshots'],
    ['layers'],
    ['services'],
    ['driver'],
  ],
  web: [
    ['browser'],
    ['api', 'text'],
    ['design', 'interaction', 'live'],
    ['builds', 'log', 'navigation', 'passkeys', 'settings'],
    ['account', 'auth', 'build', 'palette', 'pipelines', 'repos', 'runners', 'usage'],
    ['frame'],
    ['routes'],
  ],
}

const tests =
  '^(test|bench|scripts/test)/|/(testing|conformance)/|(\\.test|\\.test-support|-suite|/test-driver)\\.tsx?$'
const domain = (names) => `^packages/server/src/(${names.join('|')})(/|\\.ts$)`

const packageRules = Object.entries(packages).map(([name, below]) => ({
  name: `${name} imports only what lies below it`,
  severity: 'error',
  from: { path: `^${name}/` },
  to: { path: '^(contract|packages/[^/]+)/', pathNot: `^(${[name, ...below].join('|')})/` },
}))

const floorRules = floors.flatMap((siblings, floor) => {
  const higher = floors.slice(floor + 1).flat()
  return siblings.flatMap((name, place) => {
    const from = { path: domain([name]), pathNot: tests }
    const above = [...siblings.slice(place + 1), ...higher]
    const before = siblings.slice(0, place)
    return [
      ...(above.length === 0
        ? []
        : [{ name: `server: ${name} imports nothing above it`, severity: 'error', from, to: { path: domain(above) } }]),
      ...(before.length === 0
        ? []
        : [
            {
              name: `server: ${name} imports its siblings through their index.ts`,
              severity: 'error',
              from,
              to: { path: domain(before), pathNot: '^packages/server/src/[^/]+(/index)?\\.ts$' },
            },
          ]),
    ]
  })
})

const layerRules = Object.entries(layers).flatMap(([name, order]) =>
  order.flatMap((rooms, layer) =>
    rooms.map((room) => ({
      name: `${name}: ${room} imports only lower rooms`,
      severity: 'error',
      from: { path: `^packages/${name}/src/${room}/`, pathNot: tests },
      to: {
        path: `^packages/${name}/src/[^/]+/`,
        pathNot: `^packages/${name}/src/(${[room, ...order.slice(0, layer).flat()].join('|')})/`,
      },
    })),
  ),
)

module.exports = {
  forbidden: [
    { name: 'no cycle of files', severity: 'error', from: {}, to: { circular: true } },
    ...packageRules,
    {
      name: 'a package is imported by its name',
      severity: 'error',
      from: { path: '^(contract|packages/[^/]+|test/kit|test/outside)/' },
      to: { path: '^(contract|packages|test/kit|test/outside)/', pathNot: '^$1/', dependencyTypes: ['local'] },
    },
    ...floorRules,
    ...layerRules,
    {
      name: 'only tests import what is for tests',
      severity: 'error',
      from: { pathNot: tests },
      to: { path: '^test/(kit|outside)/|^packages/[^/]+/src/testing/|\\.test-support\\.tsx?$' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)node_modules/|/(fixtures|vectors|dist|generated)/|^examples/' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'default'] },
    cache: { folder: 'node_modules/.cache/dependency-cruiser', strategy: 'content' },
  },
}
