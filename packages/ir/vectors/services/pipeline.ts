import { onChange, pipeline, scratch, service, sh, wait } from '@harmont/hm'

const db = service('db', {
  egress: true,
  image: 'postgres:18',
  env: { POSTGRES_PASSWORD: 'x', PORT: 5432 },
  command: 'exec postgres -c fsync=off',
  ready: { log: 'ready to accept', port: 5432, timeout: '2m', command: 'pg_isready' },
  stop: { seconds: 30, signal: 'SIGINT' },
  localhost: true,
})
const cache = service('cache', { image: 'valkey:9', ready: { timeout: 5 }, localhost: false })
const app = service('app', { image: 'app:1', needs: [db, 'cache'] })
const seeded = service('seeded', { image: 'postgres:18', prepare: 'psql -h seeded -f schema.sql' })

export default {
  slug: 'vec',
  pipeline: () => {
    const deps = scratch({ image: 'node:24' }).sh('npm ci', { label: 'deps' })
    const migrated = deps.sh('npm run migrate', { label: 'migrate', services: db, cache: onChange('migrations/') })
    return pipeline([
      migrated.sh('npm test', { label: 'test', services: [app, db.after(migrated), cache] }),
      deps.sh('npm run e2e', { label: 'e2e', services: [db.after(migrated.fork()), seeded] }),
      wait(),
      sh('psql -h seeded', { label: 'ask', services: seeded }),
    ])
  },
}
