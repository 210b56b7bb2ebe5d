import type { PlayedJob } from '../../testing/runner.ts'

/** Returns random numbers. Equal seeds give equal numbers, so that a failure is reproducible. */
export function random(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const parts = [
  'word ',
  'a longer run of words ',
  '\u001b[32m',
  '\u001b[1;38;5;9m',
  '\u001b[0m',
  'é😀',
  '\t',
  '10%\r20%\r',
  '\0',
  '\n',
  '\n',
  'error: x\n',
  'https://example.com/a?b=c\n',
].map((part) => Buffer.from(part))
const broken = Buffer.from([0xff, 0xc3, 0x28, 0xe2, 0x82])

/** Generates a log with every kind of content. */
export async function writeLog(job: PlayedJob, chunks: number, below: (most: number) => number): Promise<void> {
  for (let written = 0; written < chunks; ) {
    const batch = Array.from({ length: 200 }, () => {
      const size = below(40) === 0 ? 20_000 : below(300)
      const some: Buffer[] = []
      for (let bytes = 0; bytes < size; bytes += some.at(-1)?.length ?? 1)
        some.push(below(50) === 0 ? broken : (parts[below(parts.length)] as Buffer))
      return Buffer.concat([...some, parts[0] as Buffer])
    })
    await job.log(batch, below(3) === 0 ? 1 : 0)
    await job.log([`remark ${written}\n`], 2)
    written += batch.length
  }
  await job.log(['the end has no line feed'])
}
