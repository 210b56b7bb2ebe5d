/** Measures the start of the server, and its memory when idle. */
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { startProduct } from '../../test/product.ts'
import { quantile, type Row, timeMs } from '../measure.ts'

const rounds = 5

/** Returns the resident memory of one process in MiB, from /proc. */
function residentMiB(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kib) / 1024
}

export const startRows: readonly Row[] = [
  {
    what: 'start of the server, first ever and warm',
    must: 'first ever <= 4 s, warm <= 1.5 s to the first 200',
    async run() {
      const first: number[] = []
      const warm: number[] = []
      for (let round = 0; round < rounds; round += 1) {
        const began = performance.now()
        const product = await startProduct()
        first.push(performance.now() - began)
        await product.server().stop()
        warm.push(await timeMs(() => product.restart()))
        await product.remove()
      }
      return `first ${quantile(first, 0.5).toFixed(0)} ms, warm ${quantile(warm, 0.5).toFixed(0)} ms (medians of ${rounds})`
    },
  },
  {
    what: 'memory of the idle server, all roles, without PostgreSQL',
    must: '<= 150 MB',
    async run() {
      const product = await startProduct()
      await sleep(5_000)
      const figure = `${residentMiB(product.server().pid).toFixed(0)} MiB resident after 5 s`
      await product.remove()
      return figure
    },
  },
]
