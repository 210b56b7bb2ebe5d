import { filesFrom, onChange, pipeline, scratch, service, sh, split, wait } from '@harmont/hm'

const db = service('db', {
  image: 'postgres:18',
  env: { POSTGRES_PASSWORD: 'shop' },
  // It listens a moment before it takes connections.
  ready: { port: 5432, command: 'pg_isready -h 127.0.0.1 -U postgres' },
})
const cache = service('cache', { image: 'redis:8', ready: { log: 'Ready to accept connections' } })

const deps = scratch({ image: 'node:24' }).sh('npm ci', {
  label: 'deps',
  cache: onChange('package.json', 'package-lock.json'),
})

// Runs once for each state of the migrations. Each step below gets a clone of the database that it left.
const migrated = deps.sh('npm run migrate', {
  label: 'migrate',
  services: db,
  cache: onChange('migrations/', 'src/migrate.ts', 'src/connect.ts'),
})

const tests = split(4, { files: 'test/**/*.test.ts' }, () =>
  migrated.sh(
    `node --test --test-reporter=spec --test-reporter-destination=stdout \\
  --test-reporter=junit --test-reporter-destination=junit.xml $(cat $HARMONT_SPLIT)`,
    { label: 'test', services: [db.after(migrated), cache], tests: 'junit.xml' },
  ),
)

const site = deps.sh('npm run build', { label: 'site', artifacts: 'dist/**' })

const deploy = sh('./deploy.sh', {
  label: 'deploy',
  image: 'node:24',
  when: { branch: 'main' },
  inputs: filesFrom(site, 'dist/**'),
})

export default { slug: 'shop', pipeline: pipeline([...tests, site, wait(), deploy]) }
