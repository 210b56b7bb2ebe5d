/** Simulates remote runners by programs without sandboxes: busy, draining, away and new. */
import { createRunnerKey } from '../../../packages/server/src/runners/index.ts'
import { joinWith, leaseRequest } from '../../../packages/server/src/testing/joined-runner.ts'
import { flatIr } from '../../product.ts'
import type { App } from '../app.ts'

/**
 * Fills the page of runners. The runners keep renewing their leases until the returned function is
 * called.
 */
export async function fillRunners({ product, origin }: App): Promise<() => void> {
  const { pool, api } = product
  const { rows } = await pool.query<{ id: string }>("select id from organizations where slug = 'default'")
  const own = rows.map(({ id }) => id)
  const usual = { pool: 'default', labels: [], organizations: null, getsSecrets: true, uses: 3, expiresAt: null }
  const join = async (name: string, wish: Partial<Parameters<typeof createRunnerKey>[1]>) =>
    joinWith({ server: { url: origin } }, (await createRunnerKey(pool, { ...usual, ...wish })).key, name)
  const gpu = { pool: 'gpu', labels: ['cuda', 'fast-disk'], organizations: own }
  const renewing = [await join('gpu-box-1.lab.example.com', gpu), await join('gpu-box-2.lab.example.com', gpu)]
  const away = await join('an-old-workstation', { organizations: own, getsSecrets: false })
  await join('just-joined', { pool: 'gpu' })
  const rooms = [42, 3].map((gigabytes) => ({
    room: { freeBytes: gigabytes * 1e9, sizeBytes: 80e9, snapshots: gigabytes * 5 },
  }))
  const renew = () => renewing.map((runner, index) => runner.call('renew', rooms[index] ?? {}))
  await Promise.all([...renew(), away.call('renew', {})])
  await pool.query("update engine.runners set seen_at = now() - interval '3 hours' where id = $1", [away.id])
  await pool.query('update engine.runners set drains_at = now() where id = $1', [renewing[1]?.id])
  await api.ensurePipeline({ name: 'gpu', repository: 'local/gpu', default_branch: 'main' })
  const step = (key: string, ...labels: string[]) => ({ key, cmd: 'nvidia-smi', runner_args: { pool: 'gpu', labels } })
  const start = (...steps: ReturnType<typeof step>[]) =>
    api.createBuild('gpu', { branch: 'main', commit: '7'.repeat(40), message: 'Train', pipeline_ir: flatIr(steps) })
  await start(step('train', 'h100'))
  await start(step('evaluate a model on everything there is', 'cuda'), step('compare', 'cuda'), step('plot'))
  await renewing[0]?.call('lease', leaseRequest(2))
  const timer = setInterval(renew, 4000)
  return () => clearInterval(timer)
}
